"""Time: timers, repeats and promises of a record, what they wait for, and the calendars they count by."""
