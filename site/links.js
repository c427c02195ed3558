// Fails if the built site contains a link to a page or an anchor that does not exist, or loads a file of another host.
// VitePress itself checks only the files of links in Markdown.
//
//   node links.js [directory]
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SITE = fileURLToPath(new URL("../target/site", import.meta.url));

const attributes = (html, name) => Array.from(html.matchAll(new RegExp(`<[a-z][^>]*?\\s${name}="([^"]*)"`, "g")), ([, value]) => value);

const decode = (text) => decodeURIComponent(text.replaceAll("&amp;", "&"));

// The defects of a directory of HTML files, one line each.
export function defects(directory, base = "/") {
    const pages = new Map();
    for (const file of readdirSync(directory, { recursive: true }).filter((name) => name.endsWith(".html"))) {
        pages.set(`/${file}`, readFileSync(join(directory, file), "utf8"));
    }
    const anchors = new Map(Array.from(pages, ([page, html]) => [page, new Set(attributes(html, "id"))]));
    const found = [];
    for (const [page, html] of pages) {
        for (const href of new Set(attributes(html, "href"))) {
            if (/^((https?|mailto|data):|\/\/)/.test(href)) continue;
            const { pathname, hash } = new URL(href, `http://site${base}${page.slice(1)}`);
            const path = decode(pathname).replace(base, "/").replace(/\/$/, "/index.html");
            const file = join(directory, path);
            if (!existsSync(file) || !statSync(file).isFile()) found.push(`${page}: ${href}: the page does not exist`);
            else if (hash && !anchors.get(path)?.has(decode(hash.slice(1)))) found.push(`${page}: ${href}: the anchor does not exist`);
        }
        const loaded = [...html.matchAll(/<(?:link|script|img)\b[^>]*?\s(?:href|src)="((?:https?:)?\/\/[^"]*)"/g)];
        for (const [, address] of loaded) found.push(`${page}: ${address}: a file of another host`);
    }
    if (pages.size === 0) found.push(`${directory} contains no pages`);
    return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const found = defects(process.argv[2] ?? SITE, process.env.SITE_BASE);
    for (const defect of found) console.error(defect);
    if (found.length > 0) process.exitCode = 1;
}
