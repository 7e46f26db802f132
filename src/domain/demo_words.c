#include "domain/demo_words.h"

const char *const demo_teams[DEMO_TEAMS] = {
    "billing", "cancellations", "community", "delivery",  "onboarding", "partners",
    "premium", "returns",       "sales",     "technical", "travel",     "warranty",
};

const char *const demo_first_names[DEMO_FIRST_NAMES] = {
    "ada",  "amira", "ben",   "carla", "david", "elena", "farid", "grace", "hana",  "ivan",
    "jana", "kenji", "laila", "mateo", "noor",  "olga",  "paul",  "rosa",  "samir", "tessa",
};

const struct demo_word demo_languages[DEMO_LANGUAGES] = {
    {"en", 50}, {"de", 20}, {"ja", 8}, {"zh", 8}, {"ar", 8}, {"he", 6},
};

const struct demo_word demo_channels[DEMO_CHANNELS] = {{"email", 45}, {"chat", 30}, {"phone", 25}};

const struct demo_word demo_reasons[DEMO_REASONS] = {
    {"technical", 30}, {"billing", 22},  {"delivery", 18},
    {"complaint", 14}, {"question", 11}, {"upselling", 5},
};

const char *const demo_comments[DEMO_LANGUAGES][3][DEMO_COMMENTS] = {
    {{"She listened first and only then looked for a solution. Thank you!",
      "Finally somebody who did not make me explain it all over again.",
      "Quick, friendly, and the refund arrived the next day.",
      "I felt taken seriously from the first sentence on."},
     {"Friendly, but I had to repeat my order number three times.",
      "The answer was right, it just took four days to get it.",
      "He understood the problem, yet could not solve it.",
      "Good talk. The follow-up mail you promised never came."},
     {"I was passed on five times and had to start over each time.",
      "A copied text that had nothing to do with my question.",
      "Nobody read what I wrote. The contract is still not cancelled.",
      "Hung up on after forty minutes of waiting."}},
    {{"Sehr geduldig erklärt, jetzt läuft alles. Vielen Dank!", "Endlich jemand, der zuhört.",
      "Schnell, freundlich und ohne Ausreden.",
      "Ich habe mich vom ersten Satz an ernst genommen gefühlt."},
     {"Nett, aber ich musste alles zweimal erzählen.",
      "Die Lösung stimmt, die Wartezeit war zu lang.",
      "Mein Problem wurde verstanden, aber nur halb gelöst.",
      "Gutes Gespräch, der versprochene Rückruf kam nie."},
     {"Fünfmal weiterverbunden, jedes Mal von vorn erklärt.",
      "Ein Textbaustein, der mit meiner Frage nichts zu tun hatte.",
      "Niemand hat gelesen, was ich geschrieben habe.",
      "Nach vierzig Minuten Warteschleife einfach aufgelegt."}},
    {{"丁寧に話を聞いていただき、ありがとうございました。", "すぐに解決しました。助かりました。",
      "気持ちを分かってもらえたと感じました。", "説明がとても分かりやすかったです。"},
     {"対応は親切でしたが、返事に時間がかかりました。", "同じことを二度説明しました。",
      "問題は理解してもらえましたが、解決は途中です。", "約束のメールがまだ届きません。"},
     {"何度も別の担当に回されました。", "質問と関係のない定型文が返ってきました。",
      "話を聞いてもらえませんでした。", "四十分待たされて切れました。"}},
    {{"客服非常耐心,问题马上解决了,谢谢!", "终于有人认真听我说话了。",
      "退款第二天就到账了,很满意。", "感觉自己被重视。"},
     {"态度很好,但我重复说了三遍。", "答案是对的,只是等了四天。", "理解了问题,但只解决了一半。",
      "说好的邮件一直没有收到。"},
     {"被转接了五次,每次都要重新说明。", "回复是模板,跟我的问题无关。", "没有人看我写的内容。",
      "等了四十分钟,电话被挂断。"}},
    {{"استمعت إليّ بصبر وحلّت المشكلة فورًا، شكرًا!", "أخيرًا شخص يفهم ما أقوله.", "رد سريع ولطيف.",
      "شعرت بالاهتمام منذ البداية."},
     {"تعامل لطيف، لكنني كررت الشرح مرتين.", "الحل صحيح لكن الانتظار كان طويلًا.",
      "فهموا المشكلة ولم تُحل بالكامل.", "لم تصلني الرسالة الموعودة."},
     {"تم تحويلي خمس مرات.", "رد جاهز لا علاقة له بسؤالي.", "لم يقرأ أحد ما كتبته.",
      "انقطعت المكالمة بعد أربعين دقيقة."}},
    {{"הקשיבו לי בסבלנות והבעיה נפתרה, תודה!", "סוף סוף מישהו שמבין.", "מהיר ואדיב.",
      "הרגשתי שמתייחסים אליי ברצינות."},
     {"אדיבים, אבל נאלצתי להסביר פעמיים.", "הפתרון נכון, ההמתנה ארוכה מדי.",
      "הבינו את הבעיה, אבל נפתרה רק חלקית.", "המייל שהובטח לא הגיע."},
     {"העבירו אותי חמש פעמים.", "תשובה מוכנה שלא קשורה לשאלה.", "אף אחד לא קרא מה שכתבתי.",
      "השיחה נותקה אחרי ארבעים דקות."}},
};
