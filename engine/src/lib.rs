//! Clients, work, retainers and plans: calendars in, a planning problem, a plan, calendars out.
