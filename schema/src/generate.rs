//! The generated files as strings, and how the files on disk differ from them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use catalog::Catalog;
use serde::Serialize;

use crate::check;
use crate::findings::Findings;
use crate::generated::Generated;
use crate::language::{self, FILES};
use crate::load::load;
use crate::permissions;
use crate::pulumi_schema::pulumi_schema;
use crate::reference::{FOLDER, describe_for_sdks, reference};
use crate::resolve;
use crate::terraform;

/// Compiles the descriptors of the project at `root`. `None` if there are errors, which are in the findings.
pub fn generate(root: &Path, findings: &mut Findings) -> Result<Option<Vec<Generated>>> {
    let offer = load(root, findings)?;
    let mut resolved = resolve::resolve(&offer, findings);
    permissions::settle(&offer.permissions, &mut resolved, findings);
    check::check(&offer, findings);
    let components = resolve::components(&offer, findings);
    let mut schema = pulumi_schema(&offer.provider, &resolved, &components, findings);
    // For a resource with errors, the checks of its example would only report the same errors again.
    if !findings.mistakes.is_empty() {
        return Ok(None);
    }
    let mapping = terraform::mapping(&schema, &offer.terraform, findings);
    let pages = reference(&offer, &schema, &resolved, &components, findings);
    if !findings.mistakes.is_empty() {
        return Ok(None);
    }
    describe_for_sdks(&offer, &resolved, &mut schema);
    let mut generated = vec![
        Generated { file: "schema/schema.json".to_owned(), text: serde_json::to_string_pretty(&schema)? + "\n" },
        Generated {
            file: "schema/catalog.json".to_owned(),
            text: catalog_text(&resolve::catalog(&resolved, &components))?,
        },
    ];
    generated.push(Generated {
        file: "schema/terraform.json".to_owned(),
        text: serde_json::to_string_pretty(&mapping)? + "\n",
    });
    for file in FILES {
        let text = serde_json::to_string_pretty(&language::language(file))? + "\n";
        generated.push(Generated { file: format!("schema/language/{file}.schema.json"), text });
    }
    generated.push(Generated { file: format!("{FOLDER}/descriptor-language.md"), text: language::page() });
    generated.extend(pages);
    Ok(Some(generated))
}

/// The catalog as JSON with one line per resource, function and alias, so that diffs are readable.
pub fn catalog_text(catalog: &Catalog) -> Result<String> {
    let resources = lines(catalog.resources.iter())?;
    let functions = lines(catalog.functions.iter())?;
    let components = lines(catalog.components.iter())?;
    let aliases = lines(catalog.aliases.iter())?;
    let parts = [("resources", resources), ("functions", functions), ("components", components), ("aliases", aliases)];
    let parts: Vec<String> = parts.iter().map(|(name, lines)| format!("\"{name}\": {{\n{lines}\n}}")).collect();
    let localities = serde_json::to_string(&catalog.localities)?;
    Ok(format!("{{\n{},\n\"localities\": {localities}\n}}\n", parts.join(",\n")))
}

/// Reference pages on disk whose resource no longer exists, by their paths inside the project.
pub fn outdated_pages(root: &Path, generated: &[Generated]) -> Vec<String> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
    };
    let folders = entries(&root.join(FOLDER)).into_iter().filter(|path| path.is_dir());
    let pages = folders.flat_map(|folder| entries(&folder));
    let named = pages.filter_map(|path| path.strip_prefix(root).ok().map(|path| path.display().to_string()));
    named.filter(|name| !generated.iter().any(|file| file.file == *name)).collect()
}

fn lines<'a, T: Serialize + 'a>(entries: impl Iterator<Item = (&'a String, &'a T)>) -> Result<String> {
    let line = |(name, value): (&String, &T)| -> Result<String> {
        Ok(format!("{}: {}", serde_json::to_string(name)?, serde_json::to_string(value)?))
    };
    Ok(entries.map(line).collect::<Result<Vec<_>>>()?.join(",\n"))
}
