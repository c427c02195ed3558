//! Defects that the simulation must find. They are injected between the plugin and the network, where they have the effect
//! of a defect of the plugin.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use client::Failure;
use http::{Method, Request, Response};

use crate::fault::FaultKind;
use crate::network::Network;

/// A defect.
#[derive(Debug)]
pub(crate) enum Planted {
    /// A create is sent again after an ambiguous response.
    BlindRetry,
    /// After a failed request, the next change of an object is not sent.
    ForgottenStep(AtomicBool),
    /// A look-up in the list of a create after its ambiguous response finds nothing.
    CreateWithoutLookUp(Mutex<BTreeSet<String>>),
}

/// Plants a defect in a new simulation.
pub(crate) type Plant = fn() -> Planted;

impl Planted {
    /// The names of all defects, and what plants each one in a simulation.
    pub(crate) const ALL: [(&str, Plant); 3] = [
        ("a blind retry", || Self::BlindRetry),
        ("a forgotten step", || Self::ForgottenStep(AtomicBool::new(false))),
        ("a create without a look-up", || Self::CreateWithoutLookUp(Mutex::default())),
    ];

    pub(crate) async fn exchange(
        &self,
        network: &Network,
        request: Request<Bytes>,
        kind: Option<FaultKind>,
    ) -> Result<Response<Bytes>, Failure> {
        match self {
            Self::BlindRetry => {
                let again = request.clone();
                let exchanged = network.plain(request, kind).await;
                let is_create = again.method() == Method::POST;
                if is_create && matches!(exchanged, Err(Failure::Lost { .. })) {
                    return network.plain(again, None).await;
                }
                exchanged
            }
            Self::ForgottenStep(failed) => {
                let is_change = matches!(*request.method(), Method::PATCH | Method::PUT);
                if is_change && failed.swap(false, Ordering::Relaxed) {
                    let mut read = Request::new(Bytes::new());
                    *read.uri_mut() = request.uri().clone();
                    *read.headers_mut() = request.headers().clone();
                    return network.plain(read, None).await;
                }
                let exchanged = network.plain(request, kind).await;
                let is_failure = exchanged.as_ref().map_or(true, |response| !response.status().is_success());
                if kind.is_some() && is_failure {
                    failed.store(true, Ordering::Relaxed);
                }
                exchanged
            }
            Self::CreateWithoutLookUp(ambiguous) => {
                let is_create = request.method() == Method::POST;
                let is_read = request.method() == Method::GET;
                let path = request.uri().path().to_owned();
                let exchanged = network.plain(request, kind).await;
                let mut ambiguous = ambiguous.lock().unwrap();
                if is_create {
                    let is_ambiguous = match &exchanged {
                        Ok(response) => response.status().is_server_error(),
                        Err(failure) => matches!(failure, Failure::Lost { .. }),
                    };
                    if is_ambiguous {
                        ambiguous.insert(path.clone());
                    } else {
                        ambiguous.remove(&path);
                    }
                }
                match exchanged {
                    Ok(response) if is_read && ambiguous.contains(&path) => Ok(without_elements(response)),
                    other => other,
                }
            }
        }
    }
}

fn without_elements(response: Response<Bytes>) -> Response<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(response.body()) else { return response };
    let Some(fields) = body.as_object_mut().filter(|fields| fields.contains_key("total_count")) else {
        return response;
    };
    fields.values_mut().filter_map(serde_json::Value::as_array_mut).for_each(Vec::clear);
    fields.insert("total_count".to_owned(), 0.into());
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Bytes::from(body.to_string()))
}
