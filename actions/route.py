"""`POST /internal/actions`: where Rasa runs our custom actions, inside the service.

Unlike rasa-sdk's own server it asks for a token, takes no compressed or large body, ends by itself, and answers an error without
repeating the request, which holds the whole conversation. Like it, a form that rejects an input is a 400 with `action_name`.
"""

from __future__ import annotations

import asyncio
import hmac

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Blueprint, HTTPResponse, Request, response

from actions import cases, knowledge, report
from hotline.services.house import House

SECONDS_PER_ACTION = 3.0
BODY_MOST = 1_000_000

EVERY_ACTION = (
    knowledge.AnswerTopic,
    knowledge.Refer,
    knowledge.GiveNumber,
    knowledge.Unsure,
    knowledge.NoneOfThese,
    knowledge.OutOfScope,
    knowledge.FindPerson,
    knowledge.Abuse,
    knowledge.HelpTopics,
    knowledge.ReportMenu,
    knowledge.ForgetMe,
    cases.CaseStatus,
    cases.MyCases,
    cases.NotFixed,
    cases.Urge,
    cases.WhenFixed,
    cases.FollowCase,
    report.ValidateReportForm,
    report.AskReportAnswer,
    report.CloseReport,
    report.TakeAttachment,
)

log = structlog.get_logger(__name__)


def action_routes(house: House, token: str) -> Blueprint:
    """The action route, for callers that hold the token."""
    expected = b"Bearer " + token.encode()
    executor = ActionExecutor()
    for action in EVERY_ACTION:
        executor.register_action(action(house))
    routes = Blueprint("actions", url_prefix="/internal")

    @routes.post("/actions", ignore_body=False)
    async def run_action(request: Request) -> HTTPResponse:
        if not hmac.compare_digest((request.headers.get("authorization") or "").encode(), expected):
            return response.empty(401)
        if request.headers.get("content-encoding", "identity") != "identity":
            return response.empty(415)
        if len(request.body) > BODY_MOST:
            return response.empty(413)
        name = ""
        try:
            call = request.json
            name = str(call.get("next_action"))
            async with asyncio.timeout(SECONDS_PER_ACTION):
                result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            return response.json({"error": "rejected", "action_name": rejection.action_name}, 400)
        except Exception as error:
            log.error("action_failed", action=name, error=type(error).__name__)
            return response.json({"error": type(error).__name__, "action_name": name}, 500)
        return response.json(result.model_dump() if result else {"events": [], "responses": []})

    return routes
