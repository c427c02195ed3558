//! Errors as gRPC statuses with details. This is the only module with gRPC codes.
//!
//! For Pulumi's engine, Unknown, Internal and DataLoss mean "the state may be corrupt", and Unavailable means that the plugin
//! exited, so errors of Scaleway never have these codes.

use components::Problem;
use prost::Message;
use pulumi_rpc::google::rpc::Status as Details;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::input_properties_error::PropertyError;
use rules::{Error, ErrorKind, PartialState};
use tonic::{Code, Status};
use value::Object;

use super::unseen;
use crate::config::{MissingKey, WrongSetting};
use crate::from_proto::Malformed;

/// The detail with which the engine finds the invalid inputs.
const INPUT_PROPERTIES: &str = "type.googleapis.com/pulumirpc.InputPropertiesError";

/// The detail of a resource that exists although the operation failed.
const INIT_FAILED: &str = "type.googleapis.com/pulumirpc.ErrorResourceInitFailed";

/// A failed operation, with the partial state, so that Pulumi stores it.
pub(crate) fn failed(error: &Error) -> Status {
    let code = code(error.kind());
    let message = error.to_string();
    match error.partial_state() {
        Some(partial) => with_init_failed(code, &message, partial),
        None => Status::new(code, message),
    }
}

pub(crate) fn malformed(error: &Malformed) -> Status {
    Status::invalid_argument(error.to_string())
}

/// The problems of the inputs of a component. `inputs` are the inputs as received and as decoded.
pub(crate) fn wrong_inputs(token: &str, name: &str, inputs: &[&Object], problems: Vec<Problem>) -> Status {
    let label = token.rsplit(':').next().unwrap_or(token);
    let message = match problems.len() {
        1 => format!("an input of {label} \"{name}\" is invalid; no resource was created"),
        count => format!("{count} inputs of {label} \"{name}\" are invalid; no resource was created"),
    };
    let errors = problems
        .into_iter()
        .map(|problem| PropertyError {
            property_path: unseen(&problem.path.to_string(), inputs),
            reason: problem.reason,
        })
        .collect();
    let detail = rpc::InputPropertiesError { errors };
    with_detail(Code::InvalidArgument, &message, INPUT_PROPERTIES, detail.encode_to_vec())
}

/// A component whose construction failed with valid inputs.
pub(crate) fn not_built(name: &str, error: &components::Error) -> Status {
    let code = match error {
        components::Error::Ended => Code::Cancelled,
        components::Error::Unknown(_) => Code::InvalidArgument,
        components::Error::Part { .. } | components::Error::Rejected { .. } => Code::Aborted,
    };
    Status::new(code, format!("constructing component \"{name}\": {error}"))
}

/// A resource or function that this version does not have. `full` is the token that Pulumi shows as `token`, if there is one.
pub(crate) fn unknown_token(what: &str, token: &str, full: Option<String>) -> Status {
    let hint = match full {
        Some(full) => format!("use the full token `{full}`."),
        None => "use the same version of the plugin and of the SDK.".to_owned(),
    };
    Status::invalid_argument(format!(
        "there is no {what} `{token}` in version {} of this package\nHint: {hint}",
        env!("CARGO_PKG_VERSION")
    ))
}

/// An operation before Configure, which only a caller other than Pulumi's engine attempts.
pub(crate) fn not_configured() -> Status {
    Status::failed_precondition("the provider is not configured: call Configure first")
}

/// An invalid setting.
pub(crate) fn wrong_configuration(error: &WrongSetting) -> Status {
    Status::invalid_argument(error.to_string())
}

/// No credentials.
pub(crate) fn unauthenticated(missing: MissingKey) -> Status {
    Status::unauthenticated(missing.to_string())
}

/// A panic. Its effects are unknown, which is the meaning of Internal.
pub(crate) fn bug(method: &str, place: Option<&str>) -> Status {
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    Status::internal(format!(
        "a bug in the plugin stopped {method}{place}\n\
         Hint: report this bug; `pulumi refresh` reads the existing resources."
    ))
}

fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Denied => Code::PermissionDenied,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Precondition => Code::FailedPrecondition,
        ErrorKind::Quota => Code::ResourceExhausted,
        ErrorKind::TimedOut => Code::DeadlineExceeded,
        ErrorKind::Cancelled => Code::Cancelled,
        ErrorKind::Unreachable => Code::Aborted,
        ErrorKind::Internal => Code::Internal,
    }
}

/// `ErrorResourceInitFailed`, as a detail in the trailer.
fn with_init_failed(code: Code, message: &str, partial: &PartialState) -> Status {
    let detail = rpc::ErrorResourceInitFailed {
        id: partial.id.clone(),
        properties: Some(super::known(partial.state.clone())),
        reasons: vec![message.to_owned()],
        inputs: Some(super::known(partial.inputs.clone())),
        refresh_before_update: rules::has_moved(&partial.state),
    };
    with_detail(code, message, INIT_FAILED, detail.encode_to_vec())
}

/// A status with one detail.
fn with_detail(code: Code, message: &str, type_url: &str, value: Vec<u8>) -> Status {
    let detail = prost_types::Any { type_url: type_url.to_owned(), value };
    let details = Details { code: code.into(), message: message.to_owned(), details: vec![detail] };
    Status::with_details(code, message, details.encode_to_vec().into())
}
