//! Conversion of names: properties from wire fields, type names from both.

pub(crate) use catalog::usual_field as snake_case;

/// The property of a wire field: `project_id` becomes `projectId`.
pub(crate) fn camel_case(field: &str) -> String {
    let pascal = pascal_case(field);
    let mut characters = pascal.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + characters.as_str())
}

/// The type name for a property or a wire field: both `privateIp` and `private_ip` become `PrivateIp`.
pub(crate) fn pascal_case(name: &str) -> String {
    name.split('_').filter(|part| !part.is_empty()).map(capitalized).collect()
}

/// The name of one element of a list: `ephemeralPolicies` holds an `ephemeralPolicy`.
pub(crate) fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if name.ends_with(ending) {
            return name[..name.len() - 2].to_owned();
        }
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

fn capitalized(part: &str) -> String {
    let mut characters = part.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_properties_and_fields_convert_both_ways() {
        for (property, field) in [("projectId", "project_id"), ("name", "name"), ("ipv4Subnets", "ipv4_subnets")] {
            assert_eq!(snake_case(property), field);
            assert_eq!(camel_case(field), property);
        }
        assert_eq!(pascal_case("private_ip"), "PrivateIp");
        assert_eq!(pascal_case("privateIp"), "PrivateIp");
    }

    #[test]
    fn the_name_of_an_element_is_the_singular_of_its_list() {
        for (list, element) in [
            ("healthChecks", "healthCheck"),
            ("https", "http"),
            ("ephemeralPolicies", "ephemeralPolicy"),
            ("addresses", "address"),
            ("access", "access"),
            ("rule", "rule"),
        ] {
            assert_eq!(singular(list), element);
        }
    }
}
