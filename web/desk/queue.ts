/**
 * What the list shows, as against what the service says it is.
 *
 * A list that moves while somebody reaches for a row makes them open the wrong citizen. So new rows wait behind a button, and as
 * long as the pointer or the focus is in the list, rows neither move nor vanish: one that is gone stays and says where it went.
 * A danger is the exception: it comes in at once, unless that would move a row under the pointer.
 */
import type { Queue, Row } from "./types";

export interface ShownRow extends Row {
  /** Why the row will leave the list, or null while it belongs there. */
  gone: string | null;
}

export interface Shown {
  waiting: ShownRow[];
  mine: ShownRow[];
  team: ShownRow[];
  /** Waiting, but not in the list yet. */
  fresh: Row[];
}

export const NOTHING: Shown = { waiting: [], mine: [], team: [], fresh: [] };

const here = (row: Row): ShownRow => ({ ...row, gone: null });

/** Brings what is shown up to date with the service, moving nothing while `held`. */
export function merge(shown: Shown, latest: Queue, held: boolean): Shown {
  const kept = settle(shown.waiting, latest.waiting, held, (row) => whereTo(row, latest));
  const empty = kept.length === 0;
  const unseen = latest.waiting.filter((row) => !kept.some(({ id }) => id === row.id));
  const entering = unseen.filter((row) => empty || (row.danger !== null && !held));
  return {
    waiting: inOrder([...kept, ...entering.map(here)], latest.waiting, held),
    fresh: unseen.filter((row) => !entering.includes(row)),
    mine: follow(shown.mine, latest.mine, held, latest),
    team: follow(shown.team, latest.team, held, latest),
  };
}

/** Lets everything in, because the agent asked for it. */
export function letIn(latest: Queue): Shown {
  return { waiting: latest.waiting.map(here), mine: latest.mine.map(here), team: latest.team.map(here), fresh: [] };
}

function follow(rows: ShownRow[], latest: Row[], held: boolean, queue: Queue): ShownRow[] {
  const kept = settle(rows, latest, held, (row) => whereTo(row, queue));
  const entering = latest.filter((row) => !kept.some(({ id }) => id === row.id));
  return inOrder([...kept, ...entering.map(here)], latest, held);
}

function settle(rows: ShownRow[], latest: Row[], held: boolean, why: (row: Row) => string | null): ShownRow[] {
  const kept: ShownRow[] = [];
  for (const row of rows) {
    const current = latest.find(({ id }) => id === row.id);
    const gone = current === undefined ? why(row) : null;
    if (current !== undefined) kept.push(here(current));
    else if (held && gone !== null) kept.push({ ...row, gone });
  }
  return kept;
}

/** Where a row went, in words; null when the agent moved it themselves and knows. */
function whereTo(row: Row, queue: Queue): string | null {
  if (queue.mine.some(({ id }) => id === row.id)) return null;
  const team = queue.team.find(({ id }) => id === row.id);
  if (team?.agent) return `${team.agent}接手了`;
  return "離開名單了";
}

function inOrder(rows: ShownRow[], latest: Row[], held: boolean): ShownRow[] {
  if (held) return rows;
  const place = new Map(latest.map((row, index) => [row.id, index]));
  return [...rows].sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}
