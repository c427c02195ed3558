import { join } from "node:path";
import { defineConfig } from "vitepress";
import { anchor, extend } from "./markdown.js";
import { address, EXCLUDED, ROOT, sidebar } from "./pages.js";
import { home } from "./home.js";

// Inline, so that it has no address that depends on `base`.
const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#6d3fcb" d="M8 0 15 4v8l-7 4-7-4V4zm0 4L4.5 6v4L8 12l3.5-2V6z"/></svg>';

// Pages are compiled to modules that import Vue, but are outside of the directory with its package.
const packagesOfPages = {
    name: "packages-of-pages",
    enforce: "pre",
    resolveId(id, importer, options) {
        if (/^vue($|\/)/.test(id) && /\.md($|\?)/.test(importer ?? "")) {
            return this.resolve(id, join(ROOT, "site/package.json"), { ...options, skipSelf: true });
        }
    },
};

export default defineConfig({
    title: "evalap-scaleway",
    description: "A native Pulumi provider for Scaleway",
    lang: "en-GB",
    base: process.env.SITE_BASE || "/",
    head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
    srcDir: ROOT,
    outDir: join(ROOT, "target/site"),
    cacheDir: join(ROOT, "target/site-cache"),
    srcExclude: EXCLUDED,
    rewrites: address,
    // One file with the sidebars instead of a copy in each page.
    metaChunk: true,
    markdown: { anchor: { slugify: anchor }, config: extend },
    transformPageData(page) {
        // The layouts of the Pulumi Registry have other names.
        delete page.frontmatter.layout;
        if (page.relativePath === "index.md") Object.assign(page.frontmatter, home);
    },
    vite: { plugins: [packagesOfPages], build: { chunkSizeWarningLimit: 2000 } },
    themeConfig: {
        nav: [
            { text: "Guides", link: "/overview.html", activeMatch: "^/(overview|guides/|installation|languages|faq)" },
            { text: "Components", link: "/components.html" },
            { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
            { text: "Examples", link: "/examples/", activeMatch: "^/examples/" },
            { text: "Changelog", link: "/project/changelog.html" },
        ],
        sidebar: sidebar(),
        outline: { level: [2, 3] },
        search: {
            provider: "local",
            options: {
                // The index contains no colours of code.
                _render(source, env, md) {
                    md.options.highlight = undefined;
                    return md.render(source, env);
                },
                miniSearch: {
                    options: {
                        // The words of a name are found too: `PrivateNetwork` by `private network`. Serialized, so self-contained.
                        tokenize: (text) =>
                            text.split(/[^\p{L}\p{N}_]+/u).flatMap((word) => {
                                const parts = word.split(/_|(?<=[a-z0-9])(?=[A-Z])/);
                                return parts.length > 1 ? [word, ...parts] : [word];
                            }),
                    },
                    searchOptions: {
                        combineWith: "AND",
                        fuzzy: 0.1,
                        boost: { title: 4, titles: 2, text: 1 },
                        // A page precedes its sections.
                        boostDocument: (id, term, { titles }) => (titles.length === 0 ? 4 : 1),
                    },
                },
            },
        },
    },
});
