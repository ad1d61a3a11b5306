/**
 * Builds every page into dist/ and prints what each file weighs, because a citizen on a slow line pays for it.
 *
 * A page is a row in PAGES: its script, its style sheet, its HTML. Rows whose folder is not there are left out,
 * so that one part can be built without the others.
 *
 *   node build.mjs            build once, minified
 *   node build.mjs --watch    rebuild on change, with source maps
 */
import { build, context } from "esbuild";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const watch = process.argv.includes("--watch");

/** One row per bundle. `out` is the file in dist/; every file under `html` is copied as it stands. */
const PAGES = [
  { name: "widget", script: ["widget/index.tsx"], out: "widget.js", limitGzip: 45_000 },
  {
    name: "demo",
    script: ["demo/demo.ts"],
    out: "assets/demo.js",
    style: ["demo/demo.css"],
    html: { "demo/index.html": "index.html", "demo/icon.svg": "assets/icon.svg" },
  },
  {
    name: "desk",
    script: ["desk/index.tsx", "desk/main.tsx", "desk/desk.tsx"],
    out: "assets/desk.js",
    style: ["desk/desk.css"],
    html: { "desk/desk.html": "desk.html", "desk/index.html": "desk.html" },
  },
  {
    name: "simulator",
    script: ["simulator/index.tsx", "simulator/main.tsx", "simulator/simulator.tsx"],
    out: "assets/simulator.js",
    style: ["simulator/simulator.css"],
    html: { "simulator/simulator.html": "simulator.html", "simulator/index.html": "simulator.html" },
  },
];

const common = {
  absWorkingDir: here,
  bundle: true,
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  minify: !watch,
  sourcemap: watch ? "linked" : false,
  logLevel: "warning",
};

/** `import css from "./x.css?text"` gives the bundled, minified sheet as a string (for a constructable style sheet). */
const cssAsText = {
  name: "css-as-text",
  setup(plugin) {
    plugin.onResolve({ filter: /\.css\?text$/ }, (args) => ({
      path: join(args.resolveDir, args.path.replace(/\?text$/, "")),
      namespace: "css-text",
    }));
    plugin.onLoad({ filter: /.*/, namespace: "css-text" }, async (args) => {
      const { metafile, outputFiles } = await build({
        ...common,
        entryPoints: [args.path],
        sourcemap: false,
        write: false,
        metafile: true,
      });
      const watchFiles = Object.keys(metafile.inputs).map((file) => join(here, file));
      return { contents: outputFiles[0].text, loader: "text", watchFiles };
    });
  },
};

const first = (candidates = []) => candidates.find((path) => existsSync(join(here, path)));

async function copyPages() {
  const made = [];
  for (const { html = {} } of PAGES) {
    for (const [from, to] of Object.entries(html)) {
      if (!existsSync(join(here, from))) continue;
      await mkdir(dirname(join(dist, to)), { recursive: true });
      await copyFile(join(here, from), join(dist, to));
      made.push(join(dist, to));
    }
  }
  return made;
}

/** Removes what an earlier build left behind. */
async function sweep(made) {
  for (const file of await readdir(dist, { recursive: true })) {
    const path = join(dist, file);
    if ((await stat(path)).isFile() && !made.includes(path)) await rm(path);
  }
}

function bundles() {
  const found = [];
  for (const page of PAGES) {
    const script = first(page.script);
    const style = first(page.style);
    if (script) found.push({ entryPoints: [script], outfile: join(dist, page.out), plugins: [cssAsText] });
    if (style) found.push({ entryPoints: [style], outfile: join(dist, page.out.replace(/\.js$/, ".css")) });
  }
  return found;
}

async function report() {
  const limits = new Map(PAGES.map((page) => [page.out, page.limitGzip]));
  const files = (await readdir(dist, { recursive: true })).sort();
  let tooBig = false;
  for (const file of files) {
    const path = join(dist, file);
    if (!(await stat(path)).isFile() || file.endsWith(".map")) continue;
    const bytes = await readFile(path);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const limit = limits.get(file);
    const over = limit !== undefined && gzip > limit;
    tooBig ||= over;
    const kB = (n) => `${(n / 1000).toFixed(1)} kB`.padStart(10);
    console.log(`${relative(dist, path).padEnd(24)}${kB(bytes.length)}${kB(gzip)} gzip${over ? `  over ${limit}` : ""}`);
  }
  return tooBig;
}

if (watch) {
  await copyPages();
  for (const bundle of bundles()) await (await context({ ...common, ...bundle })).watch();
  console.log("watching");
} else {
  // Files are overwritten, not removed first: a server that is running never finds the folder empty.
  const made = await copyPages();
  for (const bundle of bundles()) {
    await build({ ...common, ...bundle });
    made.push(bundle.outfile);
  }
  await sweep(made);
  if (await report()) process.exitCode = 1;
}
