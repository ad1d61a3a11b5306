/** Draws an icon of the one kept set (Lucide). Decoration only: the name is always written or labelled beside it. */
import type { IconNode } from "lucide";
import { h } from "preact";

/** `class` adds to the base class `i`; the size is 20 px unless CSS says otherwise. */
export function Icon({ of, class: extra = "" }: { of: IconNode; class?: string }) {
  return (
    <svg
      class={`i ${extra}`.trim()}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {of.map(([tag, attributes]) => h(tag, attributes as never))}
    </svg>
  );
}
