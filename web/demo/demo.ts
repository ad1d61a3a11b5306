/** Makes the demo city page open the widget: the search says what was typed, a service or a news item says its phrase. */

interface Chat extends HTMLElement {
  open(text?: string): void;
}

async function say(text?: string): Promise<void> {
  await customElements.whenDefined("hotline-chat");
  document.querySelector<Chat>("hotline-chat")?.open(text);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-say]")) {
  button.addEventListener("click", () => void say(button.dataset["say"]));
}

document.querySelector<HTMLFormElement>(".find")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const box = (event.currentTarget as HTMLFormElement).querySelector("input");
  void say(box?.value.trim() || undefined);
  if (box) box.value = "";
});
