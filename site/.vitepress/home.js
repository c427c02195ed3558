// The head of the start page. Its text is docs/_index.md, which the Pulumi Registry shows as the start page of a package.
export const home = {
    layout: "home",
    hero: {
        name: "evalap-scaleway",
        text: "Scaleway for Pulumi",
        tagline: "A native provider, compatible with pulumiverse_scaleway, with components, and a fake of Scaleway's APIs for tests.",
        actions: [
            { text: "Install", link: "/installation-configuration.html" },
            { text: "Guides", link: "/overview.html", theme: "alt" },
            { text: "Reference", link: "/reference/", theme: "alt" },
        ],
    },
    features: [
        { title: "Six languages", details: "Python, TypeScript, Go, Java, C# and YAML, from one schema.", link: "/languages.html" },
        { title: "Reference", details: "Each resource and function, with an example, inputs, outputs, import and permissions.", link: "/reference/" },
        { title: "Components", details: "Applications, databases, networks and identities as one resource each, with diagrams.", link: "/components.html" },
        { title: "Tests without an account", details: "Programs run against an in-memory implementation of Scaleway's APIs.", link: "/guides/testing-with-the-fake.html" },
        { title: "Migration", details: "Stacks of pulumiverse_scaleway and programs of Terraform keep their resources.", link: "/guides/coming-from-pulumiverse.html" },
        { title: "Operations", details: "Interrupted updates, rate limits, outages, rotation, restores: measured, with procedures.", link: "/guides/operations.html" },
    ],
};
