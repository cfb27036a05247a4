"""Where events of the room meet the other trades: alarms, crews, orders, reminders, time line, what is around."""
