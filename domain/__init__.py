"""What blended learning is.

The words, one meaning each, in database, code, schema and docs:

- Organization: where a person works, or the client that sends them. Person: someone known to one tenant.
- Program: what is taught as a whole, its blueprint of activities; runs many times. Activity: one step of the blueprint,
  BEFORE, DURING or AFTER a session, with a mode EXPERIENCE, SOCIAL or FORMAL, hung on an anchor session by an offset.
- Gap: what a program's audit finds missing.
- Cohort: a group going through a program together, one run of it. Enrollment: a learner in a cohort.
- Session: one instructor-led event. Meeting: one of its dated parts.
- Registration: a learner's seat, or place in the queue, for one session. Attendance: that they were there, at which
  meeting, by what evidence. Head count: how many were registered, attended or were certified, without names.
- Journey: the blueprint unrolled for a cohort or a learner. Step: one dated part of it; it moves with its session.
- Channel: where people talk. Post: what someone said there; a prompt is a post made by a due step.
- Community: a community of practice. Membership: a person in it.
- Question, Answer: what was asked, what was answered; the asker or a moderator accepts one answer.
- Instrument: a versioned questionnaire. Item: one of its questions. Evaluation: an instrument opened for a cohort or a
  session. Response: one person's answers; ItemAnswer: the answer to one item. Results: what the responses amount to.
- App: a partner's program that works without a person. Trusted document: a GraphQL text that an app has registered, to
  be asked by its id; a locked app asks nothing else.
- Export: a whole list as a file of JSON lines, written in the background and kept for a while. Stretch: the part of it
  that is written at once, in one turn.
- Custom field: what a tenant wants to know of a kind of record beyond what everyone does; the records that can have
  some
  are its carriers. Custom value: what the field says of one record, its owner. Choice: one of the values that it can
  be.
- Event: what happened, by whom, when; the history is made of them. Position: how far along it
  someone has been told.
- Refusal: the considered "no", with a reason. Record: a row with a meaning.
"""
