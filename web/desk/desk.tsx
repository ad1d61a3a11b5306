/** The desk: where people answer people. Puts the door, the list, the conversation and the citizen together. */
import { render } from "preact";
import type { JSX } from "preact";
import { Inbox as InboxIcon, Keyboard, TriangleAlert, UserRound, WifiOff } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../shared/icon";
import { Refused, api, onSignedOut, wordsFor } from "./api";
import { Citizen } from "./citizen";
import { dayLabel, now, timeOf, waitOf } from "./clock";
import type { ComposerHandle } from "./composer";
import { Drafts } from "./drafts";
import { Inbox, linkTo, matches, titleOf } from "./inbox";
import type { ListTab } from "./inbox";
import { useKeySwitch, useKeys } from "./keys";
import type { Key } from "./keys";
import { AccountSheet, CloseSheet, KeyList, KeySheet, ReturnSheet } from "./sheets";
import { NewPassword, SignIn } from "./signin";
import { useDesk } from "./store";
import type { Desk } from "./store";
import { Talk } from "./talk";
import type { Act } from "./talk";
import { plain } from "./text";
import type { Me, Queue, Row } from "./types";

interface Route {
  conversation: string | null;
  pane: "inbox" | "talk" | "citizen";
}

/** Where the address bar says we are, so that back, reload and a phone's back button do what people expect. */
function readRoute(): Route {
  const [, id, pane] = /^#\/([^/]+)(?:\/(citizen))?$/.exec(location.hash) ?? [];
  if (id === undefined) return { conversation: null, pane: "inbox" };
  try {
    return { conversation: decodeURIComponent(id), pane: pane === "citizen" ? "citizen" : "talk" };
  } catch {
    return { conversation: null, pane: "inbox" };
  }
}

function useRoute(): [Route, (id: string | null) => void] {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const read = (): void => setRoute(readRoute());
    window.addEventListener("hashchange", read);
    window.addEventListener("popstate", read);
    return () => {
      window.removeEventListener("hashchange", read);
      window.removeEventListener("popstate", read);
    };
  }, []);
  return [
    route,
    (id) => {
      // Moving by key leaves no trail: thirty j's are not thirty steps back.
      history.replaceState(null, "", id === null ? "#/" : linkTo(id));
      setRoute(readRoute());
    },
  ];
}

function Door(): JSX.Element {
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const [ended, setEnded] = useState(false);
  const [password, setPassword] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    onSignedOut(() =>
      setMe((before) => {
        if (before) setEnded(true);
        return null;
      }),
    );
    api.me().then(
      (answer) => setMe(answer.me),
      (error: unknown) => {
        if (error instanceof Refused && error.status === 401) setMe(null);
        else setFault(wordsFor(error));
      },
    );
  }, [attempt]);

  function signOut(): void {
    if (me) new Drafts(String(me.id)).forget();
    const leave = (): void => {
      history.replaceState(null, "", location.pathname);
      setEnded(false);
      setPassword(null);
      setMe(null);
    };
    api.signOut().then(leave, leave);
  }

  if (me === undefined)
    return fault === null ? (
      <main class="door" aria-busy="true">
        <h1 class="sr">客服台</h1>
      </main>
    ) : (
      <main class="door">
        <div class="door-card">
          <h1>客服台沒有打開</h1>
          <p role="alert">{fault}</p>
          <button
            type="button"
            class="btn go tall"
            onClick={() => {
              setFault(null);
              setAttempt((n) => n + 1);
            }}
          >
            再試一次
          </button>
        </div>
      </main>
    );
  if (me === null)
    return (
      <SignIn
        ended={ended}
        onDone={(next, used) => {
          setPassword(used);
          setMe(next);
        }}
      />
    );
  if (me.must_change_password)
    return (
      <NewPassword
        me={me}
        old={password}
        onDone={() => {
          setPassword(null);
          setMe({ ...me, must_change_password: false });
        }}
        onSignOut={signOut}
      />
    );
  return <Work me={me} onSignOut={signOut} />;
}

type Open = "keys" | "account" | "return" | "close" | null;

function Work({ me, onSignOut }: { me: Me; onSignOut(): void }): JSX.Element {
  const [route, go] = useRoute();
  const desk = useDesk(me, route.conversation);
  const [tab, setTab] = useState<ListTab>("waiting");
  const [search, setSearch] = useState("");
  const [sheet, setSheet] = useState<Open>(null);
  const [drawer, setDrawer] = useState(false);
  const [keysOn, switchKeys] = useKeySwitch();
  const searchBox = useRef<HTMLInputElement>(null);
  const composer = useRef<ComposerHandle | null>(null);

  const id = route.conversation;
  const row = id === null ? null : desk.row(id);
  const mine = id !== null && desk.isMine(id);
  const alert = useDangerWords(desk.queue);
  useTitle(desk.queue);
  useEffect(() => setDrawer(false), [id]);
  useEffect(() => {
    if (!drawer) return;
    const opener = document.activeElement;
    document.querySelector<HTMLElement>("#citizen .only-drawer")?.focus();
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") setDrawer(false);
    };
    window.addEventListener("keydown", escape);
    return () => {
      window.removeEventListener("keydown", escape);
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [drawer]);

  const order = [...(tab === "waiting" ? desk.shown.waiting : desk.shown.team), ...desk.shown.mine].filter((one) =>
    matches(one, search),
  );

  function move(step: 1 | -1): void {
    const at = order.findIndex((one) => one.id === id);
    const next = at < 0 ? order[step === 1 ? 0 : order.length - 1] : order[at + step];
    if (next === undefined) return;
    go(next.id);
    requestAnimationFrame(() => document.querySelector(".item[aria-current]")?.scrollIntoView({ block: "nearest" }));
  }

  async function act(kind: Act): Promise<void> {
    if (id === null || desk.lost !== null) return;
    if (kind === "claim") {
      if (await desk.claim(id)) composer.current?.write("reply");
    } else {
      setSheet(kind);
    }
  }

  function press(key: Key): boolean {
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "/") searchBox.current?.focus();
    else if (key === "?") setSheet("keys");
    else if (row === null) return false;
    else if (key === "c" && !mine && row.in_charge !== "agent") void act("claim");
    else if (key === "r") composer.current?.write("reply");
    else if (key === "n") composer.current?.write("note");
    else if (key === "b" && mine) void act("return");
    else if (key === "e" && mine) void act("close");
    else return false;
    return true;
  }
  useKeys(keysOn, press);

  const unsent = id !== null && desk.drafts.text(id, "reply").trim() !== "";
  const talk = id === null ? null : (desk.talks[id] ?? null);
  const danger = desk.queue?.waiting.find((one) => one.danger !== null && one.id !== id);
  return (
    <div class="work" data-pane={route.pane} data-drawer={drawer ? "open" : "shut"}>
      <p class="sr" role="alert">
        {alert}
      </p>
      <LostBar desk={desk} />
      <nav class="rail" aria-label="主選單">
        <a href="#/" aria-current="page" title="收件">
          <Icon of={InboxIcon} />
          收件
        </a>
        <span class="grow" />
        <button type="button" title="快捷鍵 ?" aria-keyshortcuts="?" onClick={() => setSheet("keys")}>
          <Icon of={Keyboard} />
          快捷鍵
        </button>
        <button type="button" title={`帳號，${me.name}`} aria-label={`帳號，${me.name}`} onClick={() => setSheet("account")}>
          <Icon of={UserRound} />
          <span class="ell">{me.name}</span>
        </button>
      </nav>
      <main>
        <h1 class="sr">客服台</h1>
        <Inbox
          me={me}
          queue={desk.queue}
          shown={desk.shown}
          tab={tab}
          selected={id}
          search={search}
          searchBox={searchBox}
          lost={desk.lost ?? desk.stale}
          offline={desk.lost !== null}
          onTab={setTab}
          onSearch={setSearch}
          onLetIn={desk.letIn}
          onHold={desk.hold}
          onAccount={() => setSheet("account")}
        />
        {danger !== undefined && route.pane !== "inbox" && (
          <a class="sos-strip only-phone" href={linkTo(danger.id)}>
            <Icon of={TriangleAlert} class="small" />
            <span class="ell">
              危險，{danger.danger?.name}，{danger.danger?.place ? plain(danger.danger.place) : "還不知道在哪裡"}
            </span>
          </a>
        )}
        {id !== null && row !== null ? (
          <>
            <Talk
              me={me}
              row={row}
              mine={mine}
              talk={talk}
              fault={desk.faults[id] ?? null}
              notice={desk.notice?.conversation === id ? desk.notice.words : null}
              busy={desk.busy}
              outgoing={desk.outbox[id] ?? []}
              drafts={desk.drafts}
              lost={desk.lost !== null}
              composer={composer}
              onAct={(kind) => void act(kind)}
              onOlder={() => desk.older(id)}
              onReload={() => desk.reload(id)}
              onNotice={desk.dismiss}
              onSend={(kind, text) => desk.send(id, kind, text)}
              onRetry={(entry) => desk.retry(id, entry)}
              onTakeBack={(entry) => {
                desk.drop(id, entry);
                composer.current?.takeBack(entry.kind, entry.text);
              }}
              onCitizen={() => setDrawer((open) => !open)}
            />
            <Citizen row={row} detail={talk?.detail ?? null} onClose={() => setDrawer(false)} />
          </>
        ) : (
          <Today desk={desk} fault={id === null ? null : (desk.faults[id] ?? null)} />
        )}
      </main>
      {sheet === "keys" && <KeySheet on={keysOn} onSwitch={switchKeys} onClose={() => setSheet(null)} />}
      {sheet === "account" && <AccountSheet me={me} onSignOut={onSignOut} onClose={() => setSheet(null)} />}
      {sheet === "return" && id !== null && (
        <ReturnSheet
          unsent={unsent}
          onClose={() => setSheet(null)}
          onGive={(summary) => {
            setSheet(null);
            void desk.giveBack(id, summary).then((done) => done && go(null));
          }}
        />
      )}
      {sheet === "close" && id !== null && row !== null && (
        <CloseSheet
          title={titleOf(row)}
          unsent={unsent}
          onClose={() => setSheet(null)}
          onEnd={() => {
            setSheet(null);
            void desk.close(id).then((done) => done && go(null));
          }}
        />
      )}
    </div>
  );
}

function LostBar({ desk }: { desk: Desk }): JSX.Element {
  return (
    <div class="lost-place" role="status">
      {desk.lost !== null && (
        <div class="lost">
          <Icon of={WifiOff} />
          <p>
            <b>連線斷了，名單停在{timeOf(desk.lost.getTime())}。</b>
            <span class="wide">正在重連；您打的都留著，連上後會標出漏掉的訊息。</span>
          </p>
          <button type="button" class="btn" onClick={desk.reconnect}>
            現在重連
          </button>
        </div>
      )}
    </div>
  );
}

/** What fills the desk when nobody is open: what waits, or what was done. */
function Today({ desk, fault }: { desk: Desk; fault: string | null }): JSX.Element {
  const { queue } = desk;
  return (
    <>
      <section class="pane talk" aria-label="今天">
        <div class="calm">{fault !== null ? <p role="alert">{fault}</p> : queue !== null && <TodayWords queue={queue} />}</div>
      </section>
      <aside class="pane side" aria-label="快捷鍵">
        <header class="bar">
          <h2>快捷鍵</h2>
        </header>
        <div class="side-body">
          <section>
            <KeyList />
          </section>
        </div>
      </aside>
    </>
  );
}

function TodayWords({ queue }: { queue: Queue }): JSX.Element {
  const first = queue.waiting[0];
  const { open, text } = queue.hours;
  const head = first !== undefined ? `${queue.waiting.length}位市民在等` : queue.mine.length > 0 ? "沒有人在等了" : "現在都處理完了";
  return (
    <>
      <h2>{head}</h2>
      {first !== undefined && (
        <p>
          先看這一位：<a href={linkTo(first.id)}>{titleOf(first)}</a>
        </p>
      )}
      <dl class="today">
        <div>
          <dt>今天處理完</dt>
          <dd>{queue.done_today}</dd>
        </div>
        <div>
          <dt>我的</dt>
          <dd>{queue.mine.length}</dd>
        </div>
        <div>
          <dt>同事接手中</dt>
          <dd>{queue.team.length}</dd>
        </div>
      </dl>
      <p class="sub">
        {dayLabel(now())}
        {text && `，服務時間${text}`}
        {!open && "，現在是下班時間，新的留言會排在這裡"}
      </p>
    </>
  );
}

/** The words a screen reader says at once, each danger once. */
function useDangerWords(queue: Queue | null): string {
  const [words, setWords] = useState("");
  const told = useRef(new Set<string>());
  useEffect(() => {
    const fresh: Row[] = [];
    for (const row of queue?.waiting ?? []) {
      if (row.danger === null || told.current.has(`${row.id} ${row.danger.since}`)) continue;
      told.current.add(`${row.id} ${row.danger.since}`);
      fresh.push(row);
    }
    if (fresh.length > 0)
      setWords(
        fresh
          .map((row) => {
            const { name, place, since } = row.danger ?? { name: "", place: null, since: "" };
            return `危險：${name}，${place ? plain(place) : "還不知道在哪裡"}，${waitOf(since, now(), true).text}。`;
          })
          .join(""),
      );
  }, [queue]);
  return words;
}

/** The tab's title says how many wait, for whoever looks at another tab. */
function useTitle(queue: Queue | null): void {
  const count = queue?.waiting.length ?? 0;
  const danger = queue?.waiting.some((row) => row.danger !== null) ?? false;
  useEffect(() => {
    document.title = `${danger ? "危險 " : ""}${count > 0 ? `(${count}) ` : ""}收件｜客服台`;
  }, [count, danger]);
}

const root = document.getElementById("desk");
if (root !== null) render(<Door />, root);
