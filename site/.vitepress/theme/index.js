import DefaultTheme from "vitepress/theme";
import { h } from "vue";
import Diagram from "./Diagram.vue";
import { useChosenLanguage } from "./languages.js";
import "./style.css";

export default {
    extends: DefaultTheme,
    Layout: {
        setup() {
            useChosenLanguage();
            return () => h(DefaultTheme.Layout);
        },
    },
    enhanceApp({ app }) {
        app.component("Diagram", Diagram);
    },
};
