//! Exports of the data sources of an environment: an `observability/exporter` for each.

use futures_util::future::try_join_all;
use value::{Object, Path, Value, object};

use crate::error::Error;
use crate::monitoring_sources::{SOURCES, is_kept};
use crate::problem::{Problem, shown};
use crate::scope::{Part, Scope};

/// The properties that require another property.
const NEEDS: [(&str, &str); 2] = [("otlpHeaders", "otlpEndpoint"), ("datadogEndpoint", "datadogApiKey")];

/// The problems of `export`.
pub(crate) fn problems(inputs: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(given) = inputs.get("export").and_then(Value::as_object) else { return problems };
    let path = Path::root("export");
    match (given.given("otlpEndpoint").is_some(), given.given("datadogApiKey").is_some()) {
        (false, false) => {
            let reason = "must have exactly one of `otlpEndpoint` and `datadogApiKey`: set one";
            problems.push(Problem::new(path.clone(), reason));
        }
        (true, true) => {
            let reason = "must have exactly one of `otlpEndpoint` and `datadogApiKey`: remove one";
            problems.push(Problem::new(path.clone(), reason));
        }
        _ => {}
    }
    for (name, needed) in NEEDS {
        if given.given(name).is_some() && given.given(needed).is_none() {
            let reason = format!("has no effect without `{needed}`: set `{needed}`, or remove it");
            problems.push(Problem::new(path.clone().name(name), reason));
        }
    }
    for (index, what) in given.get("sources").and_then(Value::as_array).unwrap_or_default().iter().enumerate() {
        let retention =
            SOURCES.iter().find(|(name, ..)| what.as_str() == Some(*name)).map(|(_, retention, _)| retention);
        if let Some(retention) = retention.filter(|retention| !is_kept(inputs, retention)) {
            let reason = format!("{} has no data source: set `{retention}` to 1 or more, or remove it", shown(what));
            problems.push(Problem::new(path.clone().name("sources").index(index), reason));
        }
    }
    problems
}

/// Registers an exporter for each selected data source. Returns their IDs.
pub(crate) async fn make(
    scope: &Scope<'_>,
    inputs: &Object,
    sources: &[(&str, Part)],
) -> Result<Option<Object>, Error> {
    let Some(given) = inputs.get("export").and_then(Value::as_object) else { return Ok(None) };
    let named = given.get("sources").and_then(Value::as_array);
    // Default: all data sources.
    let is_selected = |what: &str| named.is_none_or(|named| named.iter().any(|name| name.as_str() == Some(what)));
    let made = try_join_all(
        sources
            .iter()
            .filter(|(what, _)| is_selected(what))
            .map(|(what, source)| one(scope, inputs, given, what, source)),
    )
    .await?;
    Ok(Some(made.into_iter().collect()))
}

async fn one(
    scope: &Scope<'_>,
    inputs: &Object,
    given: &Object,
    what: &str,
    source: &Part,
) -> Result<(String, Value), Error> {
    let otlp = given.given("otlpEndpoint").map(|endpoint| {
        let headers = given.given("otlpHeaders").map(|headers| headers.clone().into_secret());
        object! { "endpoint": endpoint, "headers": headers }
    });
    let datadog = given.given("datadogApiKey").map(|key| {
        object! { "apiKey": key.clone().into_secret(), "endpoint": given.get("datadogEndpoint") }
    });
    let exporter = object! {
        "name": scope.naming.of(what),
        "description": format!("Exports {what} of {}, {}", scope.naming.base(), scope.naming.environment()),
        "datasourceId": source.id(),
        "otlpDestination": otlp.map(Value::from),
        "datadogDestination": datadog.map(Value::from),
        "exportedProducts": given.get("products"),
        "region": inputs.get("region"),
    };
    let exporter = scope.create_one("observability/exporter:Exporter", "exporter", what, exporter).await?;
    Ok((what.to_owned(), exporter.id()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct};

    #[test]
    fn an_export_has_one_destination_and_existing_data_sources() {
        let reported = |inputs: Object| -> Vec<String> {
            problems(&inputs).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
        };
        assert!(
            reported(object! { "export": Object::new() })[0]
                .starts_with("export: must have exactly one of `otlpEndpoint` and `datadogApiKey`: set")
        );
        let both = object! { "otlpEndpoint": "https://o", "datadogApiKey": Value::from("hidden").into_secret() };
        assert!(
            reported(object! { "export": both })[0]
                .starts_with("export: must have exactly one of `otlpEndpoint` and `datadogApiKey`: remove")
        );
        let sources = vec![Value::from("logs"), Value::from("traces")];
        let inputs = object! { "datadogApiKey": "k", "otlpHeaders": Object::new(), "sources": sources };
        let wrong = reported(object! { "logsRetentionDays": 7.0, "export": inputs });
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].starts_with("export.otlpHeaders: has no effect without `otlpEndpoint`"));
        assert!(wrong[1].starts_with("export.sources[1]: \"traces\" has no data source: set `tracesRetentionDays`"));
    }

    #[tokio::test]
    async fn each_data_source_has_an_exporter_and_credentials_are_secret() {
        let recorder = Recorder::real();
        let export = object! { "otlpEndpoint": "https://o", "otlpHeaders": object! { "x-key": "hidden" } };
        let inputs =
            object! { "environment": "dev", "metricsRetentionDays": 31.0, "logsRetentionDays": 7.0, "export": export };
        let token = "evalap/monitoring:Monitoring";
        let request = Request { token, name: "it", inputs: &inputs, given: &inputs, parts: &[] };
        let made = construct(&recorder, request).await.unwrap();
        let exporter = recorder.child("it-exporter-logs").inputs;
        assert!(exporter["datasourceId"].all_dependencies().contains("urn:it-logs"));
        assert!(exporter["otlpDestination"].as_object().unwrap()["headers"].is_secret());
        assert_eq!(made.outputs["exporterIds"].as_object().unwrap().len(), 2);
    }
}
