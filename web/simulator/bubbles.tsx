/** Draws what LINE would draw, as far as the hotline sends it; the rest is shown as what it is. */
import type { JSX } from "preact";
import { Image as ImageIcon, MapPin } from "lucide";

import { Icon } from "../shared/icon";
import { labelOf, listOf, objectOf, ownPicture, textOf } from "./messages";
import type { Action, LineMessage } from "./messages";

type Press = (action: Action) => void;
type Node = Record<string, unknown>;

export function MessageBody({ message, onPress }: { message: LineMessage; onPress: Press }): JSX.Element {
  switch (message.type) {
    case "text":
      return <p class="say">{textOf(message, "text")}</p>;
    case "image":
      return <Picture message={message} />;
    case "location":
      return <Place message={message} />;
    case "sticker":
      return <Sticker />;
    case "template":
      return <Template message={message} onPress={onPress} />;
    case "flex":
      return <Flex message={message} onPress={onPress} />;
    default:
      return <Unknown what={message} />;
  }
}

function Unknown({ what }: { what: unknown }): JSX.Element {
  return (
    <div class="card odd">
      <p class="card-text">這種訊息模擬器不會畫</p>
      <pre tabIndex={0} aria-label="訊息的JSON">
        {JSON.stringify(what, null, 2)}
      </pre>
    </div>
  );
}

function Picture({ message }: { message: LineMessage }): JSX.Element {
  const address = ownPicture(textOf(message, "previewImageUrl") || textOf(message, "originalContentUrl"));
  if (address !== null) return <img class="picture" src={address} alt="照片" width={200} height={150} />;
  const outside = textOf(message, "originalContentUrl");
  return (
    <div class="picture sketch" role="img" aria-label="照片">
      <Icon of={ImageIcon} />
      <span>{outside === "" ? "照片" : `照片，${outside}`}</span>
    </div>
  );
}

function Place({ message }: { message: LineMessage }): JSX.Element {
  const address = textOf(message, "address");
  return (
    <div class="card place">
      <svg class="map" viewBox="0 0 232 84" aria-hidden="true">
        <rect class="land" width="232" height="84" />
        <path class="street" d="M-4 58 236 30M52-4 78 90M150-4 172 90M-4 20 236-6" />
        <path class="park" d="M86 60 148 53 154 84H92z" />
      </svg>
      <div class="card-text">
        <p class="with-icon">
          <Icon of={MapPin} />
          {textOf(message, "title") || "位置資訊"}
        </p>
        <p>{address || "沒有地址"}</p>
        <p class="faint">
          {String(message["latitude"] ?? "")}，{String(message["longitude"] ?? "")}
        </p>
      </div>
    </div>
  );
}

function Sticker(): JSX.Element {
  return (
    <svg class="sticker" viewBox="0 0 120 120" role="img" aria-label="貼圖：笑臉">
      <circle class="face" cx="60" cy="60" r="50" />
      <path class="line" d="M42 48v8M78 48v8M38 72c10 18 34 18 44 0" />
    </svg>
  );
}

function Buttons({ actions, onPress }: { actions: Action[]; onPress: Press }): JSX.Element {
  return (
    <div class="card-buttons">
      {actions.map((action, index) => (
        <button type="button" key={index} onClick={() => onPress(action)}>
          {labelOf(action)}
        </button>
      ))}
    </div>
  );
}

function Template({ message, onPress }: { message: LineMessage; onPress: Press }): JSX.Element {
  const template = objectOf(message, "template");
  if (template === null) return <Unknown what={message} />;
  if (template["type"] === "buttons" || template["type"] === "confirm") return <Column column={template} onPress={onPress} />;
  if (template["type"] === "carousel")
    return (
      <div class="carousel">
        {listOf(template, "columns").map((column, index) => (
          <Column key={index} column={column} onPress={onPress} />
        ))}
      </div>
    );
  return <Unknown what={message} />;
}

function Column({ column, onPress }: { column: Node; onPress: Press }): JSX.Element {
  const title = textOf(column, "title");
  return (
    <div class="card">
      <div class="card-text">
        {title !== "" && <p class="strong">{title}</p>}
        <p>{textOf(column, "text")}</p>
      </div>
      <Buttons actions={listOf<Action>(column, "actions")} onPress={onPress} />
    </div>
  );
}

const DRAWN = new Set(["box", "text", "button", "separator", "image", "spacer", "filler", "icon"]);

/** Whether every part of a Flex container is something drawn below. */
function canDraw(node: Node): boolean {
  if (node["type"] === "carousel") return listOf(node, "contents").every(canDraw);
  if (node["type"] === "bubble")
    return ["header", "hero", "body", "footer"].every((block) => {
      const part = objectOf(node, block);
      return part === null || canDraw(part);
    });
  return DRAWN.has(textOf(node, "type")) && listOf(node, "contents").every((part) => part["type"] === "span" || canDraw(part));
}

function Flex({ message, onPress }: { message: LineMessage; onPress: Press }): JSX.Element {
  const contents = objectOf(message, "contents");
  if (contents === null || !canDraw(contents)) return <Unknown what={message} />;
  if (contents["type"] === "carousel")
    return (
      <div class="carousel">
        {listOf(contents, "contents").map((bubble, index) => (
          <FlexBubble key={index} bubble={bubble} onPress={onPress} />
        ))}
      </div>
    );
  return <FlexBubble bubble={contents} onPress={onPress} />;
}

function FlexBubble({ bubble, onPress }: { bubble: Node; onPress: Press }): JSX.Element {
  return (
    <div class="card flex">
      {["header", "hero", "body", "footer"].map((block) => {
        const part = objectOf(bubble, block);
        return (
          part !== null && (
            <div key={block} class={`flex-${block}`}>
              <FlexPart part={part} onPress={onPress} />
            </div>
          )
        );
      })}
    </div>
  );
}

const SIZES: Record<string, string> = { xxs: "small", xs: "small", sm: "small", lg: "large", xl: "large", xxl: "huge", "3xl": "huge" };

function FlexPart({ part, onPress }: { part: Node; onPress: Press }): JSX.Element | null {
  const action = objectOf(part, "action") as unknown as Action | null;
  switch (part["type"]) {
    case "box": {
      const flow = part["layout"] === "vertical" ? "down" : "across";
      const inside = listOf(part, "contents").map((child, index) => <FlexPart key={index} part={child} onPress={onPress} />);
      return action === null ? (
        <div class={`box ${flow}`}>{inside}</div>
      ) : (
        <button type="button" class={`box ${flow}`} onClick={() => onPress(action)}>
          {inside}
        </button>
      );
    }
    case "text": {
      const spans = listOf(part, "contents").map((span) => textOf(span, "text"));
      const classes = [part["weight"] === "bold" ? "strong" : "", SIZES[textOf(part, "size")] ?? "", part["flex"] === 0 ? "fit" : ""];
      return <p class={classes.filter(Boolean).join(" ")}>{spans.length > 0 ? spans.join("") : textOf(part, "text")}</p>;
    }
    case "button":
      return action === null ? null : (
        <button type="button" class={part["style"] === "primary" ? "flex-button main" : "flex-button"} onClick={() => onPress(action)}>
          {labelOf(action)}
        </button>
      );
    case "separator":
      return <hr />;
    case "image":
      return <Picture message={{ type: "image", originalContentUrl: textOf(part, "url") }} />;
    default:
      return null;
  }
}
