/** The door to the desk: signing in, and choosing a password of one's own before the first conversation. */
import type { ComponentChildren, JSX, TargetedInputEvent } from "preact";
import { CircleAlert } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../shared/icon";
import { Refused, api, wordsFor } from "./api";
import type { Me } from "./types";

export const PASSWORD_LENGTH = 12;

function Door({ title, lead, children }: { title: string; lead: string; children: ComponentChildren }): JSX.Element {
  return (
    <main class="door">
      <div class="door-card">
        <p class="door-name">市民小幫手　客服台</p>
        <h1>{title}</h1>
        <p class="door-lead">{lead}</p>
        {children}
      </div>
    </main>
  );
}

function Fault({ words }: { words: string | null }): JSX.Element {
  return (
    <div role="alert" class="fault-place">
      {words !== null && (
        <p class="fault">
          <Icon of={CircleAlert} />
          {words}
        </p>
      )}
    </div>
  );
}

interface FieldProps {
  id: string;
  label: string;
  hint?: string;
  fault: string | null;
  value: string;
  type?: "text" | "password";
  autocomplete: "username" | "current-password" | "new-password";
  onInput(value: string): void;
}

function Field(props: FieldProps): JSX.Element {
  const described = [props.hint ? `${props.id}-hint` : "", props.fault !== null ? `${props.id}-fault` : ""]
    .filter(Boolean)
    .join(" ");
  const rest = {
    id: props.id,
    name: props.id,
    value: props.value,
    autocomplete: props.autocomplete,
    spellcheck: false,
    "aria-invalid": props.fault !== null,
    ...(described ? { "aria-describedby": described } : {}),
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => props.onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      {props.hint && (
        <p class="hint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.fault !== null && (
        <p class="field-fault" id={`${props.id}-fault`}>
          {props.fault}
        </p>
      )}
      {props.type === "password" ? <input type="password" {...rest} /> : <input type="text" {...rest} />}
    </div>
  );
}

function ShowPassword({ shown, onChange }: { shown: boolean; onChange(shown: boolean): void }): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={shown} onChange={(event) => onChange(event.currentTarget.checked)} />
      顯示密碼
    </label>
  );
}

/** Sends the focus to the first field that needs the person again, after the faults are on the page. */
function useFaultFocus(form: { current: HTMLFormElement | null }, attempt: number): void {
  useEffect(() => {
    if (attempt > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [attempt]);
}

interface SignInProps {
  /** True when a session ended under the agent's hands: what was typed waits behind this page. */
  ended: boolean;
  onDone(me: Me, password: string): void;
}

export function SignIn({ ended, onDone }: SignInProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [fault, setFault] = useState<string | null>(null);
  const [empty, setEmpty] = useState({ login: false, password: false });
  useFaultFocus(form, attempt);
  useEffect(() => {
    document.title = "登入｜客服台";
  }, []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const missing = { login: login.trim() === "", password: password === "" };
    setEmpty(missing);
    setFault(null);
    if (missing.login || missing.password) {
      setAttempt((n) => n + 1);
      return;
    }
    setBusy(true);
    try {
      const { me } = await api.signIn(login.trim(), password);
      onDone(me, password);
    } catch (error) {
      setFault(
        error instanceof Refused && error.status === 401 && error.code.startsWith("http_")
          ? "帳號或密碼不對。請再看一次，密碼要分大小寫。"
          : wordsFor(error),
      );
      setBusy(false);
    }
  }

  return (
    <Door title="登入" lead={ended ? "登入時間過了。再登入一次就回到剛才的地方，打的字都還在。" : "給專員和督導用的。市民不用登入。"}>
      <form ref={form} noValidate autocapitalize="none" onSubmit={(event) => void submit(event)}>
        <Fault words={fault} />
        <Field
          id="login"
          label="帳號"
          value={login}
          autocomplete="username"
          fault={empty.login ? "請打帳號。" : null}
          onInput={setLogin}
        />
        <Field
          id="password"
          label="密碼"
          type={shown ? "text" : "password"}
          value={password}
          autocomplete="current-password"
          fault={empty.password ? "請打密碼。" : null}
          onInput={setPassword}
        />
        <ShowPassword shown={shown} onChange={setShown} />
        <button type="submit" class="btn go tall" aria-disabled={busy}>
          {busy ? "登入中" : "登入"}
        </button>
      </form>
      <p class="door-foot">忘記密碼請找督導，重設後會給您一組暫時的密碼。</p>
    </Door>
  );
}

interface NewPasswordProps {
  me: Me;
  /** The password just used to sign in, when there is one: nobody should type it twice. */
  old: string | null;
  onDone(): void;
  onSignOut(): void;
}

export function NewPassword({ me, old, onDone, onSignOut }: NewPasswordProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [fault, setFault] = useState<string | null>(null);
  const [faults, setFaults] = useState<{ current: string | null; fresh: string | null; again: string | null }>({
    current: null,
    fresh: null,
    again: null,
  });
  useFaultFocus(form, attempt);
  useEffect(() => {
    document.title = "換密碼｜客服台";
  }, []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const used = old ?? current;
    const length = [...fresh].length;
    const found = {
      current: used === "" ? "請打現在的密碼。" : null,
      fresh:
        length < PASSWORD_LENGTH
          ? `要${PASSWORD_LENGTH}個字以上，現在${length}個。`
          : fresh === used
            ? "跟現在的一樣。請換一個新的。"
            : null,
      again: length >= PASSWORD_LENGTH && again !== fresh ? "兩次打的不一樣。請再打一次。" : null,
    };
    setFaults(found);
    setFault(null);
    if (found.current ?? found.fresh ?? found.again) {
      setAttempt((n) => n + 1);
      return;
    }
    setBusy(true);
    try {
      await api.newPassword(used, fresh);
      onDone();
    } catch (error) {
      setFault(wordsFor(error));
      setBusy(false);
    }
  }

  const type = shown ? "text" : "password";
  return (
    <Door title="換一個自己的密碼" lead={`${me.name}您好。現在這組是暫時的，換好就可以開始。`}>
      <form ref={form} noValidate autocapitalize="none" onSubmit={(event) => void submit(event)}>
        <Fault words={fault} />
        <input class="sr" type="text" name="username" autocomplete="username" value={me.login} readOnly tabIndex={-1} aria-hidden="true" />
        {old === null && (
          <Field
            id="current-password"
            label="現在的密碼"
            type={type}
            value={current}
            autocomplete="current-password"
            fault={faults.current}
            onInput={setCurrent}
          />
        )}
        <Field
          id="new-password"
          label="新密碼"
          hint={`${PASSWORD_LENGTH}個字以上。用一句好記的話最好，不必有符號。`}
          type={type}
          value={fresh}
          autocomplete="new-password"
          fault={faults.fresh}
          onInput={setFresh}
        />
        <Field
          id="new-password-again"
          label="新密碼再打一次"
          type={type}
          value={again}
          autocomplete="new-password"
          fault={faults.again}
          onInput={setAgain}
        />
        <ShowPassword shown={shown} onChange={setShown} />
        <button type="submit" class="btn go tall" aria-disabled={busy}>
          {busy ? "換密碼中" : "換密碼"}
        </button>
        <button type="button" class="btn quiet tall" onClick={onSignOut}>
          先登出
        </button>
      </form>
    </Door>
  );
}
