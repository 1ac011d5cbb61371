//! iCalendar (RFC 5545) as it really is: reading, recurrence, time zones, free/busy, feeds.
