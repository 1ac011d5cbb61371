//! Every night, and in everyone's calendar: the built command, on real sockets, with other people's programs.

mod fleet;
mod fronted;
mod gnome;
mod history;
mod killed;
mod outside;
mod pushed;
mod secure;
mod served;
mod subscribers;
mod support;
mod told;
