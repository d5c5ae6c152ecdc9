"""What can be asked in so many words: the command grammar, in JSGF.

It is compiled to a minimal automaton (`automaton`) before the recogniser sees it. Left to PocketSphinx, which copies
a rule wherever it is used, the same grammar has twenty times the states and takes twenty times as long.
"""

from __future__ import annotations

from voicedesk.engine.ears.automaton import Automaton, compile_rules

_RULES: dict[str, str] = {
    # numbers
    "digit": "one | two | three | four | five | six | seven | eight | nine",
    "teen": "ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen",
    "ties": "twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety",
    "to99": "<digit> | <teen> | <ties> [<digit>]",
    "hundreds": "(a | <digit>) hundred [[and] <to99>]",
    "to999": "<to99> | <hundreds>",
    "below_million": "<to999> | (a | <to999>) thousand [[and] <to999>]",
    "whole": "<below_million> | (a | <to999>) million [[and] <below_million>]",
    "decimal": "(zero | <to99>) point (zero | <digit>) [zero | <digit>]",
    "number": "<whole> | <decimal> | zero | minus <to99>",
    # arithmetic
    "ask": "what is | what's | how much is | calculate | work out | compute",
    "operator": "plus | minus | times | multiplied by | divided by | to the power of",
    "sum": (
        "<number> <operator> <number> [<operator> <number>] | <number> (squared | cubed) |"
        " the (square | cube) root of <number> | <number> percent of <number> | half of <number>"
    ),
    "arithmetic": "[<ask>] <sum>",
    # time and date
    "time": "what time is it [now] | (what is | what's | tell me) the time | what time is it in <city>",
    "city": "london | paris | berlin | rome | madrid | moscow | tokyo | sydney | new york | chicago | los angeles",
    "date": (
        "(what is | what's | tell me) (the date [today] | today's date) | what day is (it [today] | today | tomorrow) |"
        " what day was yesterday | what year is it | what month is it"
    ),
    # units: one and many, so that "a pounds" cannot be heard
    "length_one": "meter | kilometer | centimeter | mile | yard | foot | inch",
    "length": "meters | kilometers | centimeters | millimeters | miles | yards | feet | inches",
    "mass_one": "gram | kilogram | kilo | pound | ounce | ton",
    "mass": "grams | kilograms | kilos | pounds | ounces | tons | stone",
    "volume_one": "liter | gallon | pint | cup | tablespoon",
    "volume": "liters | milliliters | gallons | pints | cups | tablespoons | teaspoons",
    "span_one": "minute | hour | day | week | year",
    "span": "seconds | minutes | hours | days | weeks | years",
    "heat": "[degrees] celsius | [degrees] fahrenheit | kelvin",
    "speed": "kilometers per hour | miles per hour | meters per second",
    "units": (
        "convert (<number> <length> | (a | one) <length_one>) (to | into) <length> |"
        " convert (<number> <mass> | (a | one) <mass_one>) (to | into) <mass> |"
        " convert (<number> <volume> | (a | one) <volume_one>) (to | into) <volume> |"
        " convert (<number> <span> | (a | one) <span_one>) (to | into) <span> |"
        " convert <number> <heat> (to | into) <heat> |"
        " convert <number> <speed> (to | into) <speed> |"
        " (what is | what's) (<number> <length> in <length> | <number> <mass> in <mass> |"
        " <number> <volume> in <volume> | <number> <heat> in <heat> | <number> <speed> in <speed>) |"
        " how many <length> [are] [there] in (a | an | one) <length_one> |"
        " how many <length> [are] [there] in <number> <length> |"
        " how many <mass> [are] [there] in (a | an | one) <mass_one> |"
        " how many <mass> [are] [there] in <number> <mass> |"
        " how many <volume> [are] [there] in (a | one) <volume_one> |"
        " how many <volume> [are] [there] in <number> <volume> |"
        " how many <span> [are] [there] in (a | an | one) <span_one> |"
        " how many <span> [are] [there] in <number> <span>"
    ),
    # chance
    "chance": (
        "roll (a die | the dice | a dice | <to99> dice | a <to99> sided die) | (flip | toss) a coin | heads or tails |"
        " (pick | give me) a [random] number [between <to999> and <to999>]"
    ),
    # memory
    "color": "red | blue | green | yellow | black | white | orange | purple | pink | brown | gray",
    "person": (
        "alice | alex | anna | bob | chris | daniel | david | emma | eric | eva | george | jack | james | jane | john |"
        " kate | laura | linda | lisa | lucy | maria | mark | martin | mary | michael | nina | oliver | paul | peter |"
        " robert | sam | sarah | simon | sofia | susan | thomas | tom | victor | william"
    ),
    "thing": (
        "bike | car | house | door | bag | phone | cat | dog | coat | hat | favorite color | favorite number |"
        " lucky number | room number | brother | sister | best friend"
    ),
    "memory": (
        "remember [that] my <thing> is (<color> | <to999> | <person>) | what did i ask you to remember |"
        " what do you remember | what is my <thing> | what's my <thing> | who is my (brother | sister | best friend) |"
        " what color is my <thing> | forget everything | forget that"
    ),
    "name": "my name is <person> | what is my name | what's my name | do you know my name | who am i",
    # errands: timers, notes and the clipboard, which are functions of the client's
    "wait": "<to99> (seconds | minutes | hours) | (a | one) minute | (an | one) hour | half an hour",
    "errand": (
        "set a timer for <wait> | (cancel | stop) the timer | list my timers | what timers are running |"
        " read my notes | list my notes | (read | what is on | what's on) (the | my) clipboard"
    ),
    # repeating and counting
    "again": "say that again | say it again | repeat that | can you repeat that | what did you say | say again",
    "echo": "repeat after me (hello [world] | good morning | <to999>)",
    "count": "count [up] to <to999> | count from <to999> to <to999> | count down from <to99>",
    # talk
    "help": "what can you do | help [me] | what can i ask [you] | what can i say",
    "self": "who are you | what are you | what is your name | what's your name | how are you [today]",
    "greeting": "hello [there] | hi [there] | hey | good morning | good afternoon | good evening",
    "parting": "thank you [very much] | thanks [a lot] | goodbye | bye [bye] | good night | see you later | never mind",
    # a request may be wrapped in politeness, a question or greeting is not
    "request": "<arithmetic> | <units> | <chance> | <memory> | <errand> | <again> | <echo> | <count> | <help> | tell me the time",
    "command": "<request> [please] | please <request> | (can | could) you <request> | <time> | what time is it and what is <sum> | <date> | <name> | <self> | <greeting> | <parting>",
}

TOP = "command"

PRIORS: dict[str, float] = {
    "million": 0.05,
    "point": 0.1,
    "please": 0.2,
    "can": 0.1,
    "could": 0.1,
    "minus": 0.5,
    "zero": 0.3,
    "thousand": 0.3,
    "cubed": 0.2,
    "cube": 0.2,
    "hey": 0.3,
    "hi": 0.3,
}
"""How likely a word is against the others that may stand in its place (1 if not listed)."""


def command_automaton() -> Automaton:
    """The grammar as the smallest automaton that accepts the same sentences. Takes a fraction of a second."""
    return compile_rules(_RULES, TOP)
