// Rules for Markdown that Git hosts show as it is. The pages contain no syntax of the site generator: what the site shows
// differently is derived here.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { address, ROOT } from "./pages.js";

const LANGUAGES = { python: "Python", typescript: "TypeScript", go: "Go", java: "Java", csharp: "C#", yaml: "YAML" };

// Lines of the Pulumi Registry's templates, such as `{{% choosable language python %}}`.
const SHORTCODES = /^(\{\{[<%].*[%>]\}\}\n?)+$/;

export function extend(md) {
    md.core.ruler.after("block", "language_tabs", languageTabs);
    md.core.ruler.push("page_links", pageLinks);
    diagrams(md);
}

// A block of code after the name of its language (`Python:`) becomes a tab, and so does a block in a template of the Registry.
// A block with the name of a file becomes the only tab of its group, which shows the name.
function languageTabs(state) {
    const blocks = [];
    for (let i = 0; i < state.tokens.length; i++) {
        const [token, inline, , next] = state.tokens.slice(i, i + 4);
        const label = token.type === "paragraph_open" && token.level === 0 ? labelOf(inline.content) : undefined;
        if (label && next?.type === "fence") {
            next.meta = { label };
            i += 2;
        } else if (label === "") {
            i += 2;
        } else {
            // Commands. In the language `sh`, the button to copy a block omits the prompt.
            if (token.type === "fence" && token.info === "console") token.info = "sh";
            if (token.type === "code_block") Object.assign(token, { type: "fence", info: "sh", markup: "```" });
            blocks.push(token);
        }
    }
    const fileOf = (token) => (token.type === "fence" && token.level === 0 ? token.info.match(/^\w+ (\S+\.\w+)$/)?.[1] : undefined);
    state.tokens = [];
    for (let i = 0; i < blocks.length; ) {
        let end = i;
        while (blocks[end]?.meta?.label) end++;
        if (end === i && fileOf(blocks[i])) {
            blocks[i].meta = { label: fileOf(blocks[i]) };
            end++;
        }
        if (end > i) {
            state.tokens.push(new state.Token("container_code-group_open", "div", 1));
            for (const fence of blocks.slice(i, end)) {
                fence.info = `${fence.info.split(" ")[0]} [${fence.meta.label}]`;
                state.tokens.push(fence);
            }
            state.tokens.push(new state.Token("container_code-group_close", "div", -1));
            i = end;
        } else {
            state.tokens.push(blocks[i++]);
        }
    }
}

// The name of the language that a paragraph introduces; empty for other templates of the Registry.
function labelOf(text) {
    if (SHORTCODES.test(text)) return LANGUAGES[text.match(/choosable language (\w+) /)?.[1]] ?? "";
    return Object.values(LANGUAGES).find((name) => text === `${name}:`);
}

// Links of the pages are relative to their files. Links of the site are addresses from its root. Files that are not pages, such as
// the license, are not part of the site: their links become text.
function pageLinks(state) {
    const file = state.env.realPath ?? state.env.path;
    for (const { children } of state.tokens) {
        for (const [index, child] of (children ?? []).entries()) {
            const href = child.type === "link_open" ? child.attrGet("href") : "#";
            if (/^(#|\/|[a-z]+:)/.test(href)) continue;
            const [path, anchor] = href.split("#");
            const target = join(file, "..", path);
            if (path.endsWith(".md")) {
                child.attrSet("href", `/${address(relative(ROOT, target))}${anchor ? `#${anchor}` : ""}`);
            } else if (existsSync(target)) {
                const close = children.find((other, at) => at > index && other.type === "link_close");
                for (const end of [child, close]) Object.assign(end, { type: "text", content: "" });
            }
        }
    }
}

function diagrams(md) {
    const { fence } = md.renderer.rules;
    md.renderer.rules.fence = (tokens, index, ...others) =>
        tokens[index].info === "mermaid"
            ? `<Diagram source="${md.utils.escapeHtml(tokens[index].content)}" />\n`
            : fence(tokens, index, ...others);
}

// Anchors of headings as Git hosts write them, so that one link works in both.
export function anchor(heading) {
    return heading.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
}
