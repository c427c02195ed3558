//! Observability of one environment: `observability/source`s, a token to push data, alerts, dashboards, and optional exporters.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::dashboards;
use crate::error::Error;
use crate::monitoring_export as export;
use crate::monitoring_sources::{SOURCES, is_kept};
use crate::problem::Problem;
use crate::scope::{Part, Scope};

pub(crate) struct Monitoring;

impl Component for Monitoring {
    fn token(&self) -> &'static str {
        "evalap/monitoring:Monitoring"
    }

    fn label(&self) -> &'static str {
        "monitoring"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let alerts = has_alerts(inputs);
        let mut problems = Vec::new();
        if alerts && inputs.listed("contactPoints").is_none() {
            let reason = "must have at least one address to receive alerts: add one, or set `alerts` to false";
            problems.push(Problem::new(Path::root("contactPoints"), reason));
        }
        if !alerts {
            for name in ["contactPoints", "preconfiguredAlertIds"] {
                if inputs.listed(name).is_some() {
                    let reason = "has no effect while `alerts` is false: remove it, or set `alerts` to true";
                    problems.push(Problem::new(Path::root(name), reason));
                }
            }
        }
        problems.extend(export::problems(inputs));
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let mut outputs = Object::new();
            let mut made: Vec<(&str, Part)> = Vec::new();
            for (what, retention, _) in SOURCES {
                if !is_kept(inputs, retention) {
                    continue;
                }
                let source = source(scope, inputs, what, retention).await?;
                outputs.insert(format!("{what}PushUrl"), source.output("pushUrl"));
                outputs.insert(format!("{what}Url"), source.output("url"));
                made.push((what, source));
            }
            if !made.is_empty() {
                let token = token(scope, inputs).await?;
                outputs.insert("token".to_owned(), token.output("secretKey").into_secret());
            }
            if has_alerts(inputs) {
                let manager = alert_manager(scope, inputs).await?;
                outputs.insert("alertManagerUrl".to_owned(), manager.output("alertManagerUrl"));
            }
            if let Some(exporters) = export::make(scope, inputs, &made).await? {
                outputs.insert("exporterIds".to_owned(), Value::from(exporters));
            }
            let dashboards = dashboards::all(scope.naming.base(), scope.naming.environment());
            outputs.insert("dashboards".to_owned(), Value::from(dashboards));
            Ok(outputs)
        }
        .boxed()
    }
}

async fn source(scope: &Scope<'_>, inputs: &Object, what: &str, retention: &str) -> Result<Part, Error> {
    let source = object! {
        "name": scope.naming.of(what),
        "type": what,
        "retentionDays": inputs.get(retention),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("observability/source:Source", what, source).await
}

/// A token that can push to the data sources, without read access.
async fn token(scope: &Scope<'_>, inputs: &Object) -> Result<Part, Error> {
    let scopes: Object =
        SOURCES.iter().map(|(_, kept, right)| ((*right).to_owned(), Value::from(is_kept(inputs, kept)))).collect();
    let token = object! {
        "name": scope.naming.of("push"),
        "scopes": scopes,
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("observability/token:Token", "token", token).await
}

async fn alert_manager(scope: &Scope<'_>, inputs: &Object) -> Result<Part, Error> {
    let addresses = Value::from(inputs.get("contactPoints"));
    let points = Value::computed(&[&addresses], |known| {
        let addresses = known[0].as_array().unwrap_or_default().iter();
        Value::from(addresses.map(|email| Value::from(object! { "email": email })).collect::<Vec<_>>())
    });
    let manager = object! {
        "contactPoints": points,
        "preconfiguredAlertIds": inputs.get("preconfiguredAlertIds"),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("observability/alertManager:AlertManager", "alertManager", manager).await
}

fn has_alerts(inputs: &Object) -> bool {
    inputs.flag("alerts").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: Monitoring.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    #[tokio::test]
    async fn the_token_can_only_push_to_existing_data_sources() {
        let recorder = Recorder::real().with_outputs("evalap-token", object! { "secretKey": "hidden" });
        let inputs = object! { "environment": "dev", "metricsRetentionDays": 31.0, "tracesRetentionDays": 0.0 };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.child("evalap-metrics").inputs.text("name"), Some("evalap-metrics-dev"));
        let token = recorder.child("evalap-token").inputs;
        let scopes = token["scopes"].as_object().unwrap();
        let rights = ["writeMetrics", "writeLogs", "writeTraces"].map(|right| scopes[right].as_bool().unwrap());
        assert_eq!(rights, [true, false, false]);
        assert!(made.outputs["token"].is_secret());
        assert!(!recorder.order().iter().any(|part| part == "evalap-traces" || part == "evalap-alertManager"));
    }

    #[tokio::test]
    async fn alerts_are_sent_to_every_contact_point() {
        let recorder = Recorder::real();
        let inputs =
            object! { "environment": "dev", "alerts": true, "contactPoints": vec![Value::from("a@example.org")] };
        construct(&recorder, request(&inputs)).await.unwrap();
        let points = &recorder.child("evalap-alertManager").inputs["contactPoints"];
        assert_eq!(points.as_array().unwrap()[0].as_object().unwrap().text("email"), Some("a@example.org"));
        assert!(!recorder.order().contains(&"evalap-token".to_owned()), "nothing to push to");
    }

    #[test]
    fn alerts_require_a_contact_point() {
        let reported = |inputs: Object| -> Vec<String> {
            let inputs = inputs.with("environment", "dev");
            problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect()
        };
        assert_eq!(reported(object! { "alerts": true }), ["contactPoints"]);
        assert_eq!(reported(object! { "alerts": true, "contactPoints": Vec::<Value>::new() }), ["contactPoints"]);
        assert!(reported(object! { "alerts": true, "contactPoints": Value::UNKNOWN }).is_empty());
        assert_eq!(reported(object! { "alerts": false, "contactPoints": Value::UNKNOWN }), ["contactPoints"]);
    }
}
