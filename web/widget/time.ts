/** Writes times as a person in Taiwan reads them, wherever the browser stands: 10:42, 今天 11月20日. */
import { words } from "./words";

const zone = "Asia/Taipei";
const clockFormat = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const clock = (at: string): string => clockFormat.format(new Date(at));

/** A key that is the same for all messages of one day. */
export const dayOf = (at: string): string => dayFormat.format(new Date(at));

/** The words of a day divider: 今天, 昨天 or the day of the week, then the date. */
export function dayWords(day: string, now: Date = new Date()): [string, string] {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const written = `${month}月${date}日`;
  const yesterday = new Date(now.getTime() - 24 * 3600 * 1000);
  if (day === dayFormat.format(now)) return [words.today, written];
  if (day === dayFormat.format(yesterday)) return [words.yesterday, written];
  const weekday = words.weekday[new Date(Date.UTC(year, month - 1, date)).getUTCDay()] ?? "";
  const thisYear = dayFormat.format(now).startsWith(`${year}-`);
  return [weekday, thisYear ? written : `${year}年${written}`];
}
