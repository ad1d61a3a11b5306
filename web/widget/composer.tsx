/** Where the citizen writes: text, a picture, a place. Nothing typed is ever lost to a reload, a cut line or a refusal. */
import { Camera, MapPin, Plus, SendHorizontal, Type, X } from "lucide";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon";
import { fitPhoto } from "./photo";
import { thisTab } from "./storage";
import type { Outgoing, Place } from "./types";
import { PHOTO_LIMIT, TEXT_LIMIT, words } from "./words";

const DRAFT = "hotline.draft";
const COUNT_FROM = TEXT_LIMIT - 200;
const ROUGH_METRES = 200;

/** What lies above the text box, waiting for a yes or a no. */
type Aside =
  | { kind: "photo"; blob: Blob; address: string }
  | { kind: "locating" }
  | { kind: "location"; place: Place; metres: number }
  | { kind: "notice"; text: string }
  | null;

/** What others may ask of the composer. */
export interface ComposerHandle {
  focus(): void;
  pickPhoto(): void;
  pickLocation(): void;
  /** Closes what is open above the text box; false when nothing was. */
  dismiss(): boolean;
}

export interface ComposerProps {
  say(what: Outgoing): void;
  handle: RefObject<ComposerHandle | null>;
}

export function Composer({ say, handle }: ComposerProps) {
  const [text, setText] = useState(() => thisTab.get(DRAFT) ?? "");
  const [adding, setAdding] = useState(false);
  const [aside, setAside] = useState<Aside>(null);
  const [hint, setHint] = useState<string>(words.placeholder);
  const box = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const plus = useRef<HTMLButtonElement>(null);

  const length = [...text].length;
  const tooLong = length > TEXT_LIMIT;
  const ready = text.trim() !== "" && !tooLong;

  useEffect(() => thisTab.set(DRAFT, text || null), [text]);
  useEffect(() => {
    if (aside?.kind === "photo") return () => URL.revokeObjectURL(aside.address);
    return undefined;
  }, [aside]);

  const notice = (text: string) => setAside({ kind: "notice", text });

  const send = () => {
    if (!ready) {
      box.current?.focus();
      return;
    }
    say({ text: text.trim() });
    setText("");
    setHint(words.placeholder);
    if (aside?.kind === "notice") setAside(null);
    box.current?.focus();
  };

  const pickPhoto = () => {
    setAdding(false);
    file.current?.click();
  };

  const chosen = async () => {
    const picked = file.current?.files?.[0];
    if (file.current) file.current.value = "";
    if (!picked) return;
    setAdding(false);
    if (picked.type && !picked.type.startsWith("image/")) return notice(words.photoNotImage);
    const blob = await fitPhoto(picked);
    if (blob.size > PHOTO_LIMIT) return notice(words.photoTooBig);
    setAside({ kind: "photo", blob, address: URL.createObjectURL(blob) });
  };

  const typeAddress = () => {
    setAdding(false);
    setHint(words.placeholderAddress);
    box.current?.focus();
  };

  const pickLocation = () => {
    setAdding(false);
    const denied = () => {
      notice(words.locationDenied);
      setHint(words.placeholderAddress);
      box.current?.focus();
    };
    if (!navigator.geolocation) return denied();
    setAside({ kind: "locating" });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const place = { lat: Number(coords.latitude.toFixed(6)), lng: Number(coords.longitude.toFixed(6)) };
        const metres = Math.max(1, Math.round(coords.accuracy));
        setAside({ kind: "location", place, metres });
      },
      denied,
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 },
    );
  };

  handle.current = {
    focus: () => box.current?.focus(),
    pickPhoto,
    pickLocation,
    dismiss: () => {
      const open = adding || aside !== null;
      if (adding) plus.current?.focus();
      else if (aside) box.current?.focus();
      setAdding(false);
      setAside(null);
      return open;
    },
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // 229: Safari ends the composition before the key that ended it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };

  const finish = (what: Outgoing) => {
    setAside(null);
    say(what);
    box.current?.focus();
  };

  return (
    <div class="foot">
      <p class="sr" role="status">
        {aside ? asideWords(aside) : ""}
      </p>
      {aside && <AsideView aside={aside} finish={finish} retype={typeAddress} close={() => handle.current?.dismiss()} />}
      {adding && (
        <ul class="adder">
          <li>
            <button type="button" onClick={pickPhoto}>
              <Icon of={Camera} />
              {words.addPhoto}
            </button>
          </li>
          <li>
            <button type="button" onClick={pickLocation}>
              <Icon of={MapPin} />
              {words.addLocation}
            </button>
          </li>
          <li>
            <button type="button" onClick={typeAddress}>
              <Icon of={Type} />
              {words.addAddress}
            </button>
          </li>
        </ul>
      )}
      {length > COUNT_FROM && (
        <p class={tooLong ? "count bad" : "count"} id="hotline-count">
          {tooLong ? `${words.tooLong(TEXT_LIMIT.toLocaleString("en"))}${words.over(length - TEXT_LIMIT)}。` : words.left(TEXT_LIMIT - length)}
        </p>
      )}
      <form
        class="compose"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <button
          ref={plus}
          type="button"
          class="icon"
          aria-label={words.add}
          aria-expanded={adding}
          onClick={() => setAdding(!adding)}
        >
          <Icon of={adding ? X : Plus} />
        </button>
        <div class="grow">
          <textarea
            ref={box}
            rows={1}
            aria-label={words.compose}
            aria-describedby={length > COUNT_FROM ? "hotline-count" : undefined}
            aria-invalid={tooLong}
            placeholder={hint}
            enterkeyhint="send"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onFocus={() => setAdding(false)}
          />
          <div class="mirror" aria-hidden="true">
            {text}
            {"\u200b"}
          </div>
        </div>
        <button type="submit" class="icon send" aria-label={words.send} aria-disabled={!ready}>
          <Icon of={SendHorizontal} />
        </button>
      </form>
      <input ref={file} type="file" accept="image/*" hidden aria-label={words.addPhoto} onChange={chosen} />
    </div>
  );
}

function asideWords(aside: NonNullable<Aside>): string {
  switch (aside.kind) {
    case "photo":
      return `${words.photoReady}${words.photoAdvice}`;
    case "locating":
      return words.locating;
    case "location":
      return aside.metres > ROUGH_METRES ? words.locationRough(aside.metres) : words.locationReady(aside.metres);
    case "notice":
      return aside.text;
  }
}

interface AsideProps {
  aside: NonNullable<Aside>;
  finish(what: Outgoing): void;
  retype(): void;
  close(): void;
}

function AsideView({ aside, finish, retype, close }: AsideProps) {
  switch (aside.kind) {
    case "photo":
      return (
        <div class="aside-box photo-box" role="group" aria-label={words.photoReady}>
          <img src={aside.address} alt={words.photoYours} />
          <div>
            <b>{words.photoReady}</b>
            <p>{words.photoAdvice}</p>
          </div>
          <div class="replies">
            <button type="button" class="btn go" onClick={() => finish({ photo: aside.blob })}>
              {words.photoSend}
            </button>
            <button type="button" class="btn" onClick={close}>
              {words.notNow}
            </button>
          </div>
        </div>
      );
    case "locating":
      return (
        <div class="aside-box">
          <p>{words.locating}</p>
          <div class="replies">
            <button type="button" class="btn" onClick={close}>
              {words.notNow}
            </button>
          </div>
        </div>
      );
    case "location": {
      const rough = aside.metres > ROUGH_METRES;
      return (
        <div class="aside-box" role="group" aria-label={words.addLocation}>
          <p>{asideWords(aside)}</p>
          <div class="replies">
            <button type="button" class={rough ? "btn" : "btn go"} onClick={() => finish({ location: aside.place })}>
              {words.locationSend}
            </button>
            <button
              type="button"
              class="btn"
              onClick={() => {
                close();
                retype();
              }}
            >
              {words.addAddress}
            </button>
            <button type="button" class="btn" onClick={close}>
              {words.notNow}
            </button>
          </div>
        </div>
      );
    }
    case "notice":
      return (
        <div class="aside-box notice">
          <p>{aside.text}</p>
          <button type="button" class="icon" aria-label={words.close} onClick={close}>
            <Icon of={X} />
          </button>
        </div>
      );
  }
}
