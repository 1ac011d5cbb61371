//! Desks made of settings and calendars, and the problems they pose.

mod feeds;
mod links;
mod meetings;
mod others;
mod pinned;
mod pose;
mod random;
mod rules;
mod support;
mod time;
mod work;
