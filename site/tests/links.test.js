import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defects } from "../links.js";

// A directory with these pages, by path.
function site(pages) {
    const directory = mkdtempSync(join(tmpdir(), "site-"));
    for (const [path, html] of Object.entries(pages)) {
        mkdirSync(join(directory, path, ".."), { recursive: true });
        writeFileSync(join(directory, path), html);
    }
    return directory;
}

test("links to pages and anchors that exist are accepted", () => {
    const pages = {
        "index.html": '<a href="/guides/a.html#import">a</a> <a href="guides/">all</a> <a href="https://example.org/">other</a>',
        "guides/index.html": '<a href="./a.html">a</a> <a href="../index.html">start</a>',
        "guides/a.html": '<h2 id="import" tabindex="-1">Import <a class="header-anchor" href="#import">#</a></h2>',
    };
    assert.deepEqual(defects(site(pages)), []);
    const below = { "index.html": '<a href="/docs/a.html">a</a>', "a.html": "<p></p>" };
    assert.deepEqual(defects(site(below), "/docs/"), []);
});

test("a page that does not exist is reported", () => {
    assert.deepEqual(defects(site({ "index.html": '<a class="x" href="/b.html">b</a>' })), ["/index.html: /b.html: the page does not exist"]);
});

test("an anchor that does not exist is reported", () => {
    const pages = { "index.html": '<a href="/a.html#export">a</a>', "a.html": '<h2 id="import">Import</h2> <p data-id="export"></p>' };
    assert.deepEqual(defects(site(pages)), ["/index.html: /a.html#export: the anchor does not exist"]);
});

test("a file of another host is reported", () => {
    const page = '<script async src="https://example.org/a.js"></script><link rel="stylesheet" href="//example.org/a.css">';
    const found = defects(site({ "index.html": page, "example.org/a.css": "" }));
    assert.deepEqual(found, ["/index.html: https://example.org/a.js: a file of another host", "/index.html: //example.org/a.css: a file of another host"]);
});

test("a directory without pages is reported", () => {
    assert.equal(defects(site({ "a.txt": "" })).length, 1);
});
