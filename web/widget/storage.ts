/**
 * Remembers small things in the browser, or only in memory where the browser forbids it.
 *
 * Private windows and blocked site data make every call to localStorage throw; the conversation must work all the same.
 */

export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

function shelf(open: () => Storage): Shelf {
  const memory = new Map<string, string>();
  let storage: Storage | null = null;
  try {
    storage = open();
    storage.getItem("hotline");
  } catch {
    storage = null;
  }
  return {
    get(key) {
      try {
        return storage?.getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      memory.delete(key);
      try {
        if (value === null) storage?.removeItem(key);
        else if (storage) storage.setItem(key, value);
        else memory.set(key, value);
      } catch {
        if (value !== null) memory.set(key, value);
      }
    },
  };
}

/** Shared by the tabs of this browser and kept when they close. */
export const lasting = shelf(() => window.localStorage);
/** This tab only, survives a reload. */
export const thisTab = shelf(() => window.sessionStorage);

const CACHE = "hotline-photos";
const address = (id: string) => `/hotline-unsent/${id}`;

/** Keeps a picture that is waiting for the line, so that a reload does not lose it. */
export async function keepPhoto(id: string, photo: Blob): Promise<void> {
  try {
    await (await caches.open(CACHE)).put(address(id), new Response(photo));
  } catch {
    // No cache storage here: the picture lives as long as the page.
  }
}

export async function keptPhoto(id: string): Promise<Blob | null> {
  try {
    return (await (await (await caches.open(CACHE)).match(address(id)))?.blob()) ?? null;
  } catch {
    return null;
  }
}

export async function dropPhoto(id: string): Promise<void> {
  try {
    await (await caches.open(CACHE)).delete(address(id));
  } catch {
    // Nothing was kept.
  }
}

export async function dropAllPhotos(): Promise<void> {
  try {
    await caches.delete(CACHE);
  } catch {
    // Nothing was kept.
  }
}
