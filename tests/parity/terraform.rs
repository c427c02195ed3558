//! The mapping for `pulumi convert --from terraform`: every attribute that `pulumiverse_scaleway` maps has the same property.

use std::path::Path;

use serde_json::Value as Json;
use tests::places;

use crate::members;

pub(crate) fn every_attribute_of_the_terraform_provider_has_its_property(folder: &Path) {
    let mapping = places::json(&places::project().join("schema/terraform.json"));
    let schema = places::json(&places::project().join("schema/schema.json"));
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (file, section, offered) in
        [("resources.json", "resources", "resources"), ("functions.json", "dataSources", "functions")]
    {
        for (token, pulumiverse) in members(&places::json(&folder.join(file))) {
            let token = token.replacen("scaleway:", "evalap-scaleway:", 1);
            if schema[offered].get(&token).is_none() {
                continue;
            }
            let name = pulumiverse["tf"].as_str().unwrap();
            let ours = &mapping[section][name];
            if ours["tok"] != *token {
                wrong.push(format!("{name} is {}, not {token}", ours["tok"]));
            }
            compared += compare(name, &ours["fields"], &pulumiverse["props"], &mut wrong);
        }
    }
    assert!(compared > 1000, "only {compared} attributes were compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares the attributes of one object. Properties that do not exist here are differences of the schema, not of the mapping.
fn compare(at: &str, fields: &Json, pulumiverse: &Json, wrong: &mut Vec<String>) -> usize {
    let ours = members(fields);
    let mut compared = 0;
    for (property, spec) in members(pulumiverse) {
        let Some(attribute) = spec["tf"].as_str() else { continue };
        let here = format!("{at}.{attribute}");
        match ours.iter().find(|(_, field)| field["name"] == *property) {
            None => {}
            Some((name, _)) if *name != attribute => wrong.push(format!("{here} is not {property}, but {name} is")),
            Some((_, field)) => {
                compared += 1;
                // An object of Pulumi is a block that occurs at most once.
                if spec["flat"] == true && field["maxItemsOne"] != true {
                    wrong.push(format!("{here} is one object"));
                }
                compared += compare(&here, &field["element"]["fields"], &spec["props"], wrong);
            }
        }
    }
    compared
}
