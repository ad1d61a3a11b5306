/** Times as people in Taipei read them, wherever the agent's computer believes it stands. */
import { useEffect, useState } from "preact/hooks";

const MINUTE = 60_000;
// The team's own limits: from the first a wait is amber, from the second red.
const LATE_AFTER = 3 * MINUTE;
const OVER_AFTER = 5 * MINUTE;

let offset = 0;

/** Takes the service's clock for ours, so that a wrong computer clock does not invent waits. */
export function setServerNow(iso: string): void {
  const server = Date.parse(iso);
  if (!Number.isNaN(server)) offset = server - Date.now();
}

export const now = (): number => Date.now() + offset;

/** The time now, looked at again every `every` milliseconds. */
export function useNow(every: number): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = window.setInterval(() => setTime(now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  // A list fetched between two ticks may be newer than the tick.
  return Math.max(time, now() - every);
}

const format = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Taipei",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

type Parts = Record<"year" | "month" | "day" | "hour" | "minute", string>;

function partsOf(time: number | string): Parts | null {
  const moment = new Date(time);
  if (Number.isNaN(moment.getTime())) return null;
  const parts: Parts = { year: "", month: "", day: "", hour: "", minute: "" };
  for (const { type, value } of format.formatToParts(moment)) if (type in parts) parts[type as keyof Parts] = value;
  return parts;
}

/** 10:42 */
export function timeOf(time: number | string): string {
  const parts = partsOf(time);
  return parts === null ? "" : `${parts.hour}:${parts.minute}`;
}

/** One key per day in Taipei, to find where a new day begins. */
export function dayOf(time: number | string): string {
  const parts = partsOf(time);
  return parts === null ? "" : `${parts.year}-${parts.month}-${parts.day}`;
}

/** 11月24日, with the year when it is not this one. */
export function dateOf(time: number | string): string {
  const parts = partsOf(time);
  if (parts === null) return "";
  const year = partsOf(now())?.year === parts.year ? "" : `${parts.year}年`;
  return `${year}${Number(parts.month)}月${Number(parts.day)}日`;
}

/** 今天，11月25日 */
export function dayLabel(time: number | string): string {
  const day = dayOf(time);
  if (day === dayOf(now())) return `今天，${dateOf(time)}`;
  if (day === dayOf(now() - 24 * 60 * MINUTE)) return `昨天，${dateOf(time)}`;
  return dateOf(time);
}

/** 今天10:05 / 昨天23:52 / 11月20日10:05 */
export function momentOf(time: number | string): string {
  const day = dayOf(time);
  if (day === dayOf(now())) return `今天${timeOf(time)}`;
  if (day === dayOf(now() - 24 * 60 * MINUTE)) return `昨天${timeOf(time)}`;
  return `${dateOf(time)}${timeOf(time)}`;
}

/** 6分 / 1小時5分 / 2天 */
export function lengthOf(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
  if (minutes < 60) return `${minutes}分`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)}天`;
  return minutes % 60 === 0 ? `${hours}小時` : `${hours}小時${minutes % 60}分`;
}

export interface Wait {
  text: string;
  level: "fine" | "late" | "over";
}

/** How long somebody has waited, in whole minutes and a word; only a danger counts seconds. */
export function waitOf(since: string, time: number, danger = false): Wait {
  const waited = Math.max(0, time - Date.parse(since));
  if (danger) return { text: waited < MINUTE ? `等${Math.floor(waited / 1000)}秒` : `等${lengthOf(waited)}`, level: "over" };
  if (waited < MINUTE) return { text: "剛到", level: "fine" };
  if (waited > OVER_AFTER) return { text: `等${lengthOf(waited)}，超過了`, level: "over" };
  if (waited > LATE_AFTER) return { text: `等${lengthOf(waited)}，快到了`, level: "late" };
  return { text: `等${lengthOf(waited)}`, level: "fine" };
}
