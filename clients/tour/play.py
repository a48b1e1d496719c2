"""The story, step after step, and the second tenant's look after each."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

from clients.tour import afterwards, beginning, cohort, ending, program, workshop
from clients.tour.graphql import Client, Seat, TourError
from clients.tour.steps import Step
from clients.tour.story import Story
from clients.tour.stranger import look

PATIENCE = 60  # seconds
CHAPTERS: tuple[Callable[[Story, Step], Awaitable[None]], ...] = (
    beginning.two_tenants,
    beginning.a_team,
    program.a_program_with_gaps,
    program.the_gaps_are_closed,
    cohort.a_cohort_of_twelve,
    cohort.a_workshop_with_ten_seats,
    cohort.the_journey_is_unrolled,
    cohort.twelve_want_ten_seats,
    cohort.one_gives_up_a_seat,
    cohort.the_workshop_moves,
    workshop.pre_work_is_due,
    workshop.the_prompt_is_posted,
    workshop.day_one,
    workshop.day_two,
    afterwards.questions_are_asked,
    afterwards.peers_check_in,
    afterwards.the_pulse_opens,
    afterwards.the_pulse_is_answered,
    afterwards.the_community_goes_on,
    ending.the_final_numbers,
)


async def play(url: str, first: Seat, second: Seat) -> AsyncGenerator[Step]:
    """Every step as it is done. Where the server says something that the story can't go on from, it ends there.

    That it says no, or that what it says lacks a part, is a step that is not well, not a fault of the tour.
    """
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False) as http:
        story = Story(admin=Client(http, first), stranger=Client(http, second))
        for number, chapter in enumerate(CHAPTERS, 1):
            step = Step(number, (chapter.__doc__ or chapter.__name__).rstrip("."))
            try:
                await chapter(story, step)
                await look(story, step)
            except (TourError, httpx.HTTPError, LookupError, TypeError, ValueError) as problem:
                step.expect("the story goes on", "yes", f"{type(problem).__name__}: {problem}")
                yield step
                return
            yield step
