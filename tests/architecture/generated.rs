//! Generated files are what their generator would write now.

use schema::findings::Findings;
use schema::generate::generate;
use tests::places;

#[test]
fn schema_and_catalog_are_fresh() {
    let root = places::project();
    let mut findings = Findings::default();
    let generated = generate(&root, &mut findings).unwrap();
    let mistakes: Vec<String> = findings.mistakes.iter().map(ToString::to_string).collect();
    assert!(mistakes.is_empty(), "descriptors have mistakes:\n  {}", mistakes.join("\n  "));
    let generated = generated.unwrap();
    assert!(!generated.is_empty());
    let differences: Vec<String> = generated.iter().filter_map(|file| file.difference(&root)).collect();
    assert!(differences.is_empty(), "run `make gen`: {}", differences.join("; "));
}
