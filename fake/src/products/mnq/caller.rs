//! The caller of a request: the credentials that its signature was made with, their project and their permissions.

use crate::call::World;
use crate::request::Received;
use crate::store::{Kind, Object};

use super::kinds::{SNS, SNS_CREDENTIALS, SQS, SQS_CREDENTIALS};
use super::message_error::MessageError;
use super::signature::Signature;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Queues.
    Sqs,
    /// Topics.
    Sns,
}

/// The caller of a request.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) region: String,
    pub(super) project: String,
    /// The permissions that the credentials have.
    permissions: Vec<&'static str>,
}

pub(super) const MANAGE: &str = "can_manage";
pub(super) const PUBLISH: &str = "can_publish";
pub(super) const RECEIVE: &str = "can_receive";

/// The permissions of credentials.
const PERMISSIONS: [&str; 3] = [MANAGE, PUBLISH, RECEIVE];

impl Protocol {
    /// The name in hosts, signatures and paths of the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::Sns => "sns",
        }
    }

    /// The protocol of a signature for a service.
    pub(super) fn of_service(name: &str) -> Option<Self> {
        [Self::Sqs, Self::Sns].into_iter().find(|protocol| protocol.name() == name)
    }

    /// The kinds of the activation and of the credentials.
    fn kinds(self) -> (&'static Kind, &'static Kind) {
        match self {
            Self::Sqs => (&SQS, &SQS_CREDENTIALS),
            Self::Sns => (&SNS, &SNS_CREDENTIALS),
        }
    }
}

impl Caller {
    /// The caller of a signed request. API keys of IAM are not accepted, and the service must be active.
    pub(super) fn of(world: &World, protocol: Protocol, received: &Received) -> Result<Self, MessageError> {
        let signature = Signature::of(received).ok_or_else(MessageError::denied)?;
        let (active, credentials) = protocol.kinds();
        let is_own =
            |object: &&Object| object.locality == signature.region && object.text("access_key") == signature.access_key;
        let key = world.store.of(credentials).find(is_own).ok_or_else(MessageError::denied)?;
        let project = key.text("project_id").to_owned();
        let is_active = world.store.get(active, signature.region, &project).is_ok();
        if !is_active || !signature.is_by(key.text("secret_key"), received) {
            return Err(MessageError::denied());
        }
        let has = |name: &&&str| key.fields.get("permissions").is_some_and(|all| all[**name] == true);
        let permissions = PERMISSIONS.iter().filter(has).copied().collect();
        Ok(Self { region: signature.region.to_owned(), project, permissions })
    }

    /// Returns an error unless the credentials have one of these permissions.
    pub(super) fn need(&self, any_of: &[&str]) -> Result<(), MessageError> {
        let has = self.permissions.iter().any(|permission| any_of.contains(permission));
        if has { Ok(()) } else { Err(MessageError::denied()) }
    }

    /// The owner in ARNs, URLs and attributes.
    pub(super) fn owner(&self) -> String {
        format!("project-{}", self.project)
    }

    /// The ARN of an object of the caller's project.
    pub(super) fn arn(&self, protocol: Protocol, name: &str) -> String {
        format!("arn:scw:{}:{}:{}:{name}", protocol.name(), self.region, self.owner())
    }
}
