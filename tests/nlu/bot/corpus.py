"""A small town's worth of sentences, for tests that need a trained classifier but not the whole catalogue."""

LINES = {
    "report/streetlight": "路燈不亮/路燈壞了/巷口的路燈沒亮/路燈一直閃/整排路燈都不亮/公園旁邊路燈不會亮/燈桿上的燈壞了/路燈暗掉了/這支路燈忽亮忽暗/門口路燈熄了",
    "report/pothole": "馬路有坑洞/路面破一個洞/柏油路凹下去/機車騎過坑洞差點摔/路上有個大洞/坑洞很深/馬路坑坑疤疤/路面有坑/輪胎壓到坑洞/道路破洞",
    "ask/senior.card": "敬老卡怎麼辦/怎麼申請敬老卡/敬老卡要帶什麼/敬老卡去哪裡申請/幾歲可以辦敬老卡/敬老卡不見了/敬老悠遊卡補辦/敬老卡點數多少/敬老卡可以搭捷運嗎/幫爸爸辦敬老卡",
    "ask/garbage.truck": "垃圾車幾點來/垃圾車時間/垃圾車在哪裡等/今天有收垃圾嗎/資源回收禮拜幾/垃圾車路線查詢/禮拜三收不收垃圾/垃圾車到了沒/倒垃圾的時間/廚餘什麼時候收",
    "handoff": "我要找真人/轉接客服/找專人/我想跟人講話/給我真人/不要機器人/請專員接聽/叫客服來/可以轉真人嗎/我要跟人說",
    "greet": "你好/哈囉/嗨/早安/午安/您好/晚安你好/hello/hi/哈囉你好",
    "out_of_scope": "今天股票漲多少/推薦一部電影/幫我寫作業/你會唱歌嗎/晚餐吃什麼好/明天運勢如何/講個笑話/哪支手機比較好/世界盃誰贏/幫我訂機票",
}


def texts_and_labels() -> tuple[list[str], list[str]]:
    """Every line and its label."""
    pairs = [(text, label) for label, lines in LINES.items() for text in lines.split("/")]
    return [text for text, _ in pairs], [label for _, label in pairs]
