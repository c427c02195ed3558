//! Runs the case files through the engine: one test per file, which reports every failed case.
//!
//! A case runs like in Pulumi: check, diff, then the operation, with a network that follows the script of the
//! case. In addition to the expectations of a case, the rules (`invariants`) hold for each.
#![allow(clippy::unwrap_used, missing_docs)]

mod attributes;
mod compare;
mod invariants;
mod partial;
mod times;
mod trace;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tests::case;
use tests::places;
use tests::run;

fn every_case_passes(file: &Path) -> Result<(), Box<dyn Error>> {
    let catalog = places::catalog();
    let token = case::token(file);
    let cases = case::read(file)?;
    if cases.is_empty() {
        return Err("there is no case in this file".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut report = Vec::new();
    for case in &cases {
        let (outcome, log) = trace::listen(|| runtime.block_on(run::run(&catalog, &token, case)));
        let mut wrong = compare::compare(case, &outcome);
        let (violations, invariants_log) =
            trace::listen(|| runtime.block_on(invariants::violations(&catalog, &token, case, &outcome)));
        wrong.extend(violations);
        wrong.extend(runtime.block_on(attributes::violations(&catalog, &token, case, &outcome)));
        wrong.extend(runtime.block_on(partial::violations(&catalog, &token, case, &outcome)));
        wrong.extend(runtime.block_on(times::violations(&catalog, &token, case)));
        wrong.extend(invariants::leaks(&catalog, &token, case, &outcome, &format!("{log}{invariants_log}")));
        if !wrong.is_empty() {
            report.push(format!("{}\n    {}", case.case, wrong.join("\n    ")));
        }
    }
    if report.is_empty() { Ok(()) } else { Err(report.join("\n  ").into()) }
}

fn main() -> ExitCode {
    let resources = places::project().join("resources");
    let files = places::files(&resources, ".cases.yaml");
    let test = |file: PathBuf| {
        let name = file.strip_prefix(&resources).unwrap_or(&file).display().to_string();
        Trial::test(format!("every_case_passes::{name}"), move || Ok(every_case_passes(&file)?))
    };
    libtest_mimic::run(&Arguments::from_args(), files.into_iter().map(test).collect()).exit_code()
}
