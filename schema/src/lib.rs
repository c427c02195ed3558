//! The compiler of our offer: API documents and descriptors in, schema for users and catalog for the plugin out.

pub mod descriptor;
