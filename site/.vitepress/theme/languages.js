// The language of the tabs: chosen once, shown on every page.
import { onContentUpdated } from "vitepress";
import { onMounted, onUnmounted } from "vue";

const KEY = "language";

// Storage can be disabled in the browser.
function stored() {
    try {
        return localStorage.getItem(KEY);
    } catch {
        return null;
    }
}

function store(language) {
    try {
        localStorage.setItem(KEY, language);
    } catch {
        // The choice lasts until the next page.
    }
}

const labelOf = (input) => document.querySelector(`label[for="${input.id}"]`)?.textContent;

// Selects the tab of the language in all groups that have it.
function show(language) {
    for (const input of document.querySelectorAll(".vp-code-group input")) {
        if (!input.checked && labelOf(input) === language) input.click();
    }
}

export function useChosenLanguage() {
    const choose = ({ target }) => {
        const group = target.closest?.(".vp-code-group");
        if (!group || group.querySelectorAll("input").length < 2) return;
        const language = labelOf(target);
        if (language === stored()) return;
        // Other groups have other heights: the clicked tab stays where it is.
        const top = group.getBoundingClientRect().top;
        store(language);
        show(language);
        window.scrollBy({ top: group.getBoundingClientRect().top - top, behavior: "instant" });
    };
    onMounted(() => document.addEventListener("change", choose));
    onUnmounted(() => document.removeEventListener("change", choose));
    onContentUpdated(() => stored() && show(stored()));
}
