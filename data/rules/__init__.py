"""What the agreements and the clock say: pure functions over plain values, stdlib only.

A figure comes about in this order, and each step has a file:

    events, day       what was tapped of a person, and the work day that comes of it, with questions
    packs/*.json      one agreement or law a file, dated and cited; pack, reading: what it may say
    library           whose packs: union column, place, date, tier -> a stack of law and agreement
    prices, meals     what a late meal costs; the meals of a day
    pay, overtime     what an hour is worth; the day's hours in tiers; week: what only a week shows
    rest, turnaround  the earliest next call, and what one before it costs; minors: children's days
    stack             the most favourable of law, agreement and deal
    radar             the same beforehand, for a board that asks at every redraw
    why               the steps of any figure as sentences, with the taps and the rule behind each

Hours and clocks as paper prints them are in hours; minutes holds instants as numbers; calls counts
calls back from the set; results holds the answers.
"""
