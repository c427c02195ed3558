//! Requests to queues and topics: the protocols of SQS and SNS on the port of the fake.
//!
//! The requests are those with an AWS signature for one of the services. All are sent with POST to one path, so the log and the
//! faults have the path and method of the operation in the API document, below the name of the service: `GET /sqs/GetQueueUrl`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Response;

pub(crate) use super::caller::Protocol;
use super::message_error::MessageError;
use super::signature::Signature;
use super::wire::{self, Handler, Signed};
use super::{queues, topics};
use crate::request::Received;
use crate::state::Server;

/// A request to queues or topics.
#[derive(Clone, Debug)]
pub(crate) struct Addressed {
    pub(crate) protocol: Protocol,
    /// The operation, such as `CreateQueue`.
    pub(crate) action: String,
}

impl Addressed {
    /// The path in the log and of faults.
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.protocol.name(), self.action)
    }

    /// The method that has the effect of the operation.
    pub(crate) fn method(&self) -> &'static str {
        let starts = |words: &[&str]| words.iter().any(|word| self.action.starts_with(word));
        match () {
            () if starts(&["Get", "List"]) => "GET",
            () if starts(&["Set"]) => "PATCH",
            () if starts(&["Delete", "Unsubscribe"]) => "DELETE",
            () => "POST",
        }
    }
}

/// The operation of a request, if it belongs to queues or topics.
pub(crate) fn addressed(received: &Received) -> Option<Addressed> {
    let protocol = Protocol::of_service(Signature::of(received)?.service)?;
    Some(Addressed { protocol, action: wire::action(protocol, received) })
}

/// Answers the request.
pub(crate) fn answer(server: &Arc<Server>, addressed: &Addressed, received: &Received) -> Response<Bytes> {
    let Addressed { protocol, action } = addressed;
    let now = server.clock.now();
    let id = server.rng.uuid();
    let operation = match protocol {
        Protocol::Sqs => queues::operation(action),
        Protocol::Sns => topics::operation(action),
    };
    let answered = match operation {
        Some((any_of, Handler::Read(handler))) => {
            let world = server.read();
            Signed::of(&*world, *protocol, received, now).and_then(|message| {
                message.caller.need(any_of)?;
                handler(&message)
            })
        }
        Some((any_of, Handler::Write(handler))) => {
            let mut world = server.write();
            Signed::of(&mut *world, *protocol, received, now).and_then(|mut message| {
                message.caller.need(any_of)?;
                handler(&mut message)
            })
        }
        None => {
            let is_signed = Signed::of(&*server.read(), *protocol, received, now).map(drop);
            is_signed.and(Err(MessageError::new("InvalidAction", format!("the fake does not serve {action}"))))
        }
    };
    wire::response(*protocol, action, answered, &id)
}

/// The response to a request that a fault affects.
pub(crate) fn error_response(server: &Server, addressed: &Addressed, status: u16) -> Response<Bytes> {
    let code = match status {
        403 => "AccessDeniedException",
        404 => "NotFound",
        429 => "ThrottlingException",
        400..=499 => "InvalidParameter",
        _ => "InternalFailure",
    };
    let error = match (status, addressed.protocol) {
        (404, Protocol::Sqs) => MessageError::no_queue("of an injected fault"),
        _ => MessageError { status, ..MessageError::new(code, "an injected fault") },
    };
    wire::response(addressed.protocol, &addressed.action, Err(error), &server.rng.uuid())
}
