//! Tests of the fake over HTTP, with a client that shares no code with the plugin's.
#![allow(clippy::unwrap_used)]

mod account;
mod admin;
mod client;
mod cockpit;
mod containers;
mod data_plane;
mod domain;
mod framework;
mod functions;
mod iam;
mod instance;
mod k8s;
mod keys;
mod lb;
mod messages;
mod object;
mod older;
mod plain;
mod postgres;
mod presigned;
mod rdb;
mod record;
mod redis;
mod registry;
mod remote;
mod rights;
mod secret;
mod seeds;
mod sign;
mod sqldb;
mod storage;
mod vpc;
mod vpcgw;
