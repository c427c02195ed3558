// The pages of the site and their order. Both are derived from the Markdown files of the project, so a new page needs no
// entry here: the guides are in the order of docs/README.md, the reference pages in directories of one module each.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// Directories with pages. The site does not read others: some contain thousands of files.
const DIRECTORIES = ["docs", "examples"];

// Pages whose address does not follow from their path.
const ADDRESSES = {
    "docs/_index.md": "index.md",
    "docs/README.md": "overview.md",
    "fake/kinds/README.md": "project/fake-kinds.md",
};

// The glob patterns of Markdown files that are not pages.
export const EXCLUDED = [
    ...readdirSync(ROOT)
        .filter((name) => !DIRECTORIES.includes(name) && name !== "fake" && statSync(join(ROOT, name)).isDirectory())
        .map((name) => `${name}/**`),
    "fake/!(kinds)/**",
    "**/venv/**",
];

// The path of a page in the site: `docs/reference/README.md` is `reference/index.md`.
export function address(file) {
    if (ADDRESSES[file]) return ADDRESSES[file];
    if (!file.includes("/")) return `project/${file.toLowerCase()}`;
    return file.replace(/^docs\//, "").replace(/README\.md$/, "index.md");
}

const read = (file) => readFileSync(join(ROOT, file), "utf8");

// The link of the site to a page, from the path of its file.
const link = (file) => `/${address(file)}`.replace(/index\.md$/, "").replace(/\.md$/, ".html");

// One group for each heading of docs/README.md, with the pages that its list links.
function guides() {
    const [, ...sections] = read("docs/README.md").split(/^## /m);
    return sections.map((section) => ({
        text: section.slice(0, section.indexOf("\n")),
        items: Array.from(section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm), ([, text, target]) => ({
            text: text.replaceAll("`", ""),
            link: link(join("docs", target)),
        })),
    }));
}

// The components, and one group for each module, with its resources before its functions.
function reference() {
    const directory = "docs/reference";
    const pages = readdirSync(join(ROOT, directory), { recursive: true })
        .filter((name) => /^\w+\/\w+\.md$/.test(name))
        .map((name) => ({ module: dirname(name), file: `${directory}/${name}`, source: read(`${directory}/${name}`) }))
        .map((page) => ({ ...page, name: page.source.match(/^# (?:\w+\.)?(\w+)$/m)[1], isComponent: /^Token: .*, a component\./m.test(page.source) }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    const items = (chosen) => pages.filter(chosen).map(({ name, file }) => ({ text: name, link: link(file) }));
    const modules = [...new Set(pages.map(({ module }) => module))].sort();
    return [
        {
            text: "Reference",
            items: [
                { text: "All resources and functions", link: "/reference/" },
                { text: "Environment variables", link: "/reference/environment.html" },
                { text: "Not offered", link: "/reference/not-offered.html" },
                { text: "Descriptor language", link: "/reference/descriptor-language.html" },
            ],
        },
        { text: "Components", items: items((page) => page.isComponent) },
        {
            text: "Modules",
            items: modules.map((module) => ({
                text: module,
                collapsed: true,
                items: items((page) => page.module === module && !page.isComponent),
            })),
        },
    ];
}

export const sidebar = () => ({ "/reference/": reference(), "/": guides() });
