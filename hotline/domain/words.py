"""What the services say to citizens. One place for each sentence; keys are stable, wording may be edited.

Sentences marked ◆ state that something has happened: only the code that did it may say them. What Rasa says by itself
(greetings and the like) stands in domain.yml.
"""

from __future__ import annotations

from typing import Final

# contact and place
PLACE_ASK: Final = "在哪裡？門牌、路口、地標都可以，也可以傳位置。"
PLACE_MORE: Final = "{place}的哪裡？門牌、路口、附近的店都可以，也可以傳位置。"
PLACE_DISTRICT: Final = "請問是哪一區？"
PLACE_DISTRICT_ROAD: Final = "{road}可能經過好幾區，請問是哪一區？"
PLACE_PIN_FOR_DISTRICT: Final = "沒關係，請傳位置，或說附近的捷運站、學校、里名。"
PLACE_OUTSIDE: Final = "這個位置不在臺北市，這裡沒辦法受理。標錯的話請再傳一次。新北市請撥02-2960-3456；其他縣市多半也有1999，請在當地直撥。"
PHOTO_RECEIVED: Final = "照片收到了。"  # ◆
PHOTO_ALONE: Final = "照片收到了。是什麼狀況？打幾個字就好，例如「垃圾」「路燈」。"  # ◆
LOCATION_ALONE: Final = "位置收到了{place}。是什麼狀況？打幾個字就好，例如「路燈不亮」。"  # ◆
PHOTO_UNREADABLE: Final = "這張照片打不開，前面填的都還在。請再傳一次，或回「略過照片」。"
PHOTO_ADVICE: Final = "有照片更好找，沒有也可以。請不要為了拍照站到車道上，也避開別人的臉和車牌。"
PHOTO_TOO_MANY: Final = "照片最多{most}張，這張沒有收。"

# the report
REPORT_READBACK: Final = "請看一下對不對："
REPORT_CONFIRM: Final = "對的話按「送出通報」或回「對」；要改就直接說。"
REPORT_OPENED: Final = (  # ◆
    "已受理。\n案號：{number}\n查詢碼：{code}\n接下來交給{office}。在這裡打「我的案件」就能看進度；換別的地方查才需要查詢碼，請不要給別人。"
)
REPORT_OPENED_NOTE: Final = (
    "接下來交給{office}。在這裡打「我的案件」就能看進度；換別的地方查才需要查詢碼，請不要給別人。"
)
REPORT_CORRECTED: Final = "改好了，{field}是{new}。"
REPORT_CANCELLED: Final = "好，這件不報了，剛剛填的都刪掉了。"  # ◆
REPORT_WHAT_TO_CHANGE: Final = "好，要改哪裡？直接說也可以，例如「不是8號，是18號」。"
REPORT_NOTED: Final = "記下了。"
REPORT_NOT_TAKEN: Final = "這一題我沒看懂。"
REPORT_LATER: Final = "這個我記下了，先把這一件填完。"
REPORT_SWITCHED: Final = "好，改成報{short}。"
DRAFT_RESUME: Final = "剛剛的{short}通報還差{left}題，要接著填嗎？"
DRAFT_RESUME_READY: Final = "剛剛的{short}通報都填好了，只差送出。要接著嗎？"
NEAR_DUPLICATE: Final = "同一個地點{date}已經有人通報{short}，狀態：{status}。是同一件嗎？"
PRIVACY_NOTICE: Final = (
    "要留手機或電子郵件嗎？先跟您說明：由{agency}蒐集，只用來聯絡這一件；保存{days}天，在臺灣由處理這件的人員以電話或電子郵件使用。"
    "要查詢、複製、更正、停止使用或刪除，打「我的資料」就好。不留也可以派工，只是找不到地點時沒辦法問您。請不要輸入身分證字號。"
)
PRIVACY_REQUIRED: Final = (
    "這一項要跟您約時間，需要電話。先跟您說明：由{agency}蒐集，只用來聯絡這一件；保存{days}天，在臺灣由處理這件的人員以電話使用。"
    "要查詢、複製、更正、停止使用或刪除，打「我的資料」就好。不想留在這裡，可以自己打1999約。請不要輸入身分證字號。"
)
CONTACT_ASK: Final = "請輸入手機或電子郵件。"
CONTACT_PHONE_ASK: Final = "請輸入聯絡得到的電話。"
CONTACT_UNREADABLE: Final = "這個號碼我看不懂，請再打一次，例如09開頭的手機。"
CONTACT_SKIPPED: Final = "好，不留也可以派工。"
CONTACT_REQUIRED_DECLINED: Final = "好，那這件要請您直接打1999約時間，這裡就不送出了。"
CONTACT_NOT_NEEDED: Final = "這是電話，這一件用不到，沒有寫進通報。"
CONTACT_ID_NUMBER: Final = "這裡用不到身分證字號或卡號，已經遮起來了。麻煩您把那則訊息收回或刪除。"  # ◆

# cases
CASE_ASK_NUMBER: Final = "請給我案號，像{shape}。在這裡報的，打「我的案件」就看得到，不用案號。"
CASE_ASK_CODE: Final = "請輸入{number}的6位數查詢碼。如果是在同一個聊天裡報的，打「我的案件」就不用查詢碼。"
CASE_NO_MATCH: Final = "案號和查詢碼對不起來，請再看一次，還可以試{left}次。"
CASE_LOCKED: Final = "試太多次了，請{minutes}分鐘後再試。急的話打「找專人」。"
CASE_UNKNOWN: Final = "這個號碼不是在這裡開的。這裡的案號像{shape}。陳情案件請到hello.gov.taipei，用案件編號和密碼查。"
CASE_NONE: Final = "這個聊天裡還沒有案件。要通報，直接說哪裡、什麼狀況；有案號也可以給我查。"
CASE_STATUS: Final = "{number}　{summary}\n狀態：{status}（{date}更新）"
CASE_MINE: Final = "您在這裡的案件："
CASE_NO_TIME: Final = "臺北市沒有公布{what}的處理時限，我不能給您日期。狀態有變，這裡就看得到；想催就回「催辦」。"
CASE_FOLLOWED: Final = "加入追蹤了，案號：{number}。想看進度打「我的案件」。"  # ◆
CASE_REOPENED: Final = "這件重新開啟了，案號一樣是{number}。前面的紀錄和您剛剛說的都附上，交回{office}。"  # ◆
CASE_STILL_OPEN: Final = "{number}還在處理，狀態是{status}，沒有結案。您說的我補進這一件了。"  # ◆
CASE_URGED: Final = (
    "催辦送出了，案號：{number}。臺北市沒有公布{what}的處理時限，我不能給您日期；狀態有變，這裡就看得到。"  # ◆
)
CASE_WHICH: Final = "是哪一件？點一個，或打案號。"

# people
QUEUE_WAITING: Final = (
    "幫您排好了，前面還有{ahead}位。可以先離開，專人接手時會通知您；想補充什麼先打，專人看得到。"  # ◆
)
QUEUE_WAITING_WEB: Final = "幫您排好了，前面還有{ahead}位。這一頁請先留著；想補充什麼先打，專人看得到。"  # ◆
QUEUE_NEXT: Final = "幫您排好了，您是下一位。可以先離開，專人接手時會通知您；想補充什麼先打，專人看得到。"  # ◆
QUEUE_NEXT_WEB: Final = "幫您排好了，您是下一位。這一頁請先留著；想補充什麼先打，專人看得到。"  # ◆
QUEUE_NOBODY_YET: Final = "現在線上沒有專員，有人上線就會先看到您。急的話請打1999。"
QUEUE_ALREADY: Final = "您已經在等候了，{place}。要取消，回「取消等候」。"
QUEUE_NOTED: Final = "收到，專人接手時看得到。要取消等候，回「取消等候」。"
QUEUE_LEFT: Final = "好，取消等候了。要再找人，打「找專人」。"  # ◆
QUEUE_CLOSED: Final = "文字專人現在不在，服務時間是{hours}。急的話請打1999，24小時有人接；人在外縣市打02-2720-8889。也可以留言，專人上班後在這裡回您。"
QUEUE_MESSAGE_ASK: Final = "請把要留給專人的話打在這裡。"
QUEUE_MESSAGE_SAVED: Final = "留言存好了。專人上班後會在這裡回您。"  # ◆
AGENT_JOINED: Final = "專員{name}接手了，接下來是真人跟您對話，自動回覆先停。"  # ◆
AGENT_LEFT: Final = "專員{name}離開這個對話了。現在換回自動回覆。{summary}要再找人，打「找專人」。"  # ◆
AGENT_TIMED_OUT: Final = "不好意思，專員{name}那邊中斷了。您不用重講，已經把您排回去，前面還有{ahead}位。"  # ◆
SATISFACTION_ASK: Final = "這次有幫到您嗎？回「有」「普通」「沒有」都可以。"

# danger
DANGER_ALERTED: Final = "值班專員也收到通知了。"  # ◆
DANGER_PLACE: Final = "地點：{place}。"
DANGER_GO_ON: Final = "人安全之後，要請人來處理，回「接著通報」。"
DANGER_THEN: Final = "好，請待在安全的地方。需要什麼再跟我說；情況有變，直接撥119或110。"
DANGER_STILL_HERE: Final = "好，請待在安全的地方。通報先停，不用填；要接著報，回「接著填」。"

# not understood, not ours
FALLBACK_FIRST: Final = "您是想問下面哪一件嗎？點一個，或換個說法再打一次。"
FALLBACK_NO_IDEA: Final = "這句我沒看懂，換個說法好嗎？"
FALLBACK_SECOND: Final = "這題我還是沒把握，不想亂說。要幫您找專人嗎？"
FALLBACK_NONE_OF_THESE: Final = "好，都不是。可以多說一點嗎？例如在哪裡、發生什麼事。"
SCOPE_OUT: Final = "這題不是市政服務，我沒辦法回答。報修、查案件、問市政，直接打字就可以。"
ANSWER_FOOTER: Final = "來源：{source}"
ANSWER_EXPIRED: Final = "這題的資料過了複查日期，舊的金額和日期我不報。請向{office}確認{contact}。"
ANSWER_UNKNOWN: Final = "這個我的資料沒有寫，不亂猜。要幫您找專人嗎？"
ABUSE_FIRST: Final = "這件事我會繼續幫您辦，罵人的話請先停一下。要查案件，還是找專人？"
ABUSE_SECOND: Final = "接下來我只回跟市政有關的訊息。查案件、通報、找專人，按下面就可以；有危險請撥119或110。"
TWO_WISHES: Final = "兩件都記下了，先{first}，再{second}。"
BUTTON_STALE: Final = "這個按鈕過期了，沒有動到任何資料。請看最新的這一則："
BUTTON_STALE_ALONE: Final = "這個按鈕過期了，沒有動到任何資料。要做什麼，直接打字就可以。"
INPUT_VOICE: Final = "語音我聽不懂，麻煩您打幾個字，例如「路燈不亮」。不方便打字，可以打1999用講的。"
INPUT_STICKER: Final = "貼圖我看不懂意思。請打字回我{choices}。"
INPUT_FILE: Final = "這種檔案我打不開。請打幾個字說明，或傳照片。"
INPUT_TOO_LONG: Final = "這則太長，我只能讀5,000個字。請留下地點、狀況、時間三件就好。"
INPUT_EMPTY: Final = "這則是空的，請打幾個字再送出。"
SERVICE_DEGRADED: Final = "我這邊暫時不能回答，您的訊息已經存好，恢復後照順序回您。急的話請打1999；有危險撥119或110。"
SERVICE_PARKED: Final = "這則訊息我處理不了，已經轉給專人看。急的話請打1999。"  # ◆
MY_DATA: Final = (
    "這裡有您的對話{lines}則、照片{photos}張、案件{cases}件；聯絡方式：{contact}。聯絡方式在案件結束後保存{days}天。"
    "要更正請打「找專人」；要刪除，按下面或回「刪除我的資料」。"
)
FORGET_ASK: Final = (
    "要刪掉您在這裡的對話、聯絡方式和照片嗎？案件會留下地點和處理紀錄，但不再連到您。刪了不能復原，也收不到進度。"
    "確定要刪，請回「刪除我的資料」。"
)
FORGET_DONE: Final = "刪除完成了。之後再來，就當作第一次見面。"  # ◆
FORGET_NOT: Final = "好，什麼都沒有刪。"
GREET_FIRST: Final = (
    "您好，我是1999市民小幫手，自動回覆，不是真人。報修、查案件、問市政，直接打字就可以；對話只用來回答您和處理案件。"
    "想找人說，打「找專人」。有危險請直接撥119或110。"
)
