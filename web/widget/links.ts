/**
 * Finds addresses and telephone numbers in plain text, so that they can be followed or dialled.
 *
 * Text never becomes markup: the pieces are drawn as text nodes and links. Only https: and tel: come out.
 */

export type Piece = string | { href: string; text: string };

/** Numbers of three or four digits are dialled only where the text says so (撥119、打1999), never in 問1999. */
const SHORT = "110|112|113|118|119|165|1911|1922|1925|1955|1957|1966|1980|1995|1999";
const FOUND = new RegExp(
  [
    String.raw`(?<web>https:\/\/[\w\-.~:/?#@!$&'*+,;=%]+[\w\-~/#=&])`,
    String.raw`(?<domain>(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:taipei|tw)(?![\w.-]*@)(?:\/[\w\-.~/?#=&%]*[\w\-/#=&])?(?![\w-]))`,
    String.raw`(?<phone>(?<![\w-])(?:0\d{1,3}-\d{3,4}-\d{3,4}|0\d{1,2}-\d{6,8}|0800-\d{3}-\d{3})(?![\w-])(?:轉\d{1,6})?)`,
    `(?<short>(?<=(?:撥打?|打|傳到|[撥打]\\d{3,4}[、或]|[撥打]\\d{3,4}、\\d{3,4}[、或])(?:台電|臺電|反詐騙|安心專線)?)(?:${SHORT})(?!\\d))`,
  ].join("|"),
  "giu",
);

const dial = (text: string) => {
  const [number, extension] = text.split("轉");
  return `tel:${(number ?? "").replace(/\D/g, "")}${extension ? `,${extension}` : ""}`;
};

/** Splits one line of text into plain pieces and links. */
export function linked(line: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(FOUND)) {
    const text = match[0];
    const groups = match.groups ?? {};
    if (match.index > from) pieces.push(line.slice(from, match.index));
    if (groups["web"]) pieces.push({ href: text, text });
    else if (groups["domain"]) pieces.push({ href: `https://${text}`, text });
    else pieces.push({ href: dial(text), text });
    from = match.index + text.length;
  }
  if (from < line.length) pieces.push(line.slice(from));
  return pieces;
}

/** An address from a card, or null when it is not one we open. */
export function safeLink(link: string | null | undefined): string | null {
  if (!link) return null;
  try {
    const url = new URL(link);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
