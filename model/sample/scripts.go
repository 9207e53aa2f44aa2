package sample

// A script holds names, companies and places in one script or language group.
type script struct {
	share     int // customers of this script among 100
	given     []string
	family    []string
	companies []string
	domain    string // reserved for examples, so that no mail can go astray
	dialling  string
	cities    []string
	streets   []string
	// latin are local parts of e-mail addresses in Latin letters.
	latin []string
}

// scripts lists all scripts but plain English. The remaining customers of 100 are
// English, with names from the faker.
var scripts = []script{
	{
		share:     22,
		given:     []string{"José", "Zoë", "Søren", "Łukasz", "François", "Jürgen", "Chloé", "Björk", "Çağla", "Nguyễn", "Ágnes", "Tomáš", "Ștefan", "Inês", "Māra", "Þóra", "Ömer", "Siân"},
		family:    []string{"Müller", "Muñoz", "Gonçalves", "Škoda", "Østergård", "Lefèvre", "Kovács", "Dvořák", "Yılmaz", "Trần", "Ångström", "O’Súilleabháin", "Żuławski", "Ionescu-Șerban", "Bērziņš", "Guðmundsdóttir", "D’Évora", "Peña"},
		companies: []string{"Café São Jorge", "Brüder Grünwald GmbH", "Société Générale d’Épicerie", "Łódź Tekstylia", "Åre Fjällvård AB", "Piñata & Cía.", "Çelik Yapı A.Ş.", "Örebro Möbler", "Hôtel de l’Étoile", "Ærø Rederi"},
		domain:    "example.org", dialling: "+49",
		cities:  []string{"São Paulo", "Zürich", "Malmö", "Kraków", "Québec", "Tromsø", "Đà Nẵng", "İzmir"},
		streets: []string{"Rua da Conceição", "Königsallee", "Storgatan", "ulica Łąkowa", "rue de l’Église", "Bağdat Caddesi"},
		latin:   []string{"jose.munoz", "zoe.lefevre", "soren.ostergard", "lukasz.dvorak", "jurgen.muller", "agnes.kovacs"},
	},
	{
		share:     7,
		given:     []string{"Анна", "Дмитрий", "Оксана", "Богдан", "Светлана", "Ђорђе", "Їжак", "Елена", "Ангел", "Юлия"},
		family:    []string{"Иванова", "Шевченко", "Петров", "Ковальчук", "Јовановић", "Димитров", "Соловьёв", "Ґудзь", "Щербакова"},
		companies: []string{"Северный Мост", "Карпати Текстиль", "Рудник Плюс", "Дунав Превоз", "Чайная Лавка № 7"},
		domain:    "пример.испытание", dialling: "+380",
		cities:  []string{"Київ", "Београд", "София", "Алматы"},
		streets: []string{"улица Садовая", "вулиця Шевченка", "Кнез Михаилова", "бул. Витоша"},
		latin:   []string{"a.ivanova", "d.petrov", "o.shevchenko", "b.kovalchuk"},
	},
	{
		share:     4,
		given:     []string{"Ελένη", "Γιώργος", "Μαρία", "Νίκος", "Αθηνά", "Οδυσσέας"},
		family:    []string{"Παπαδόπουλος", "Γεωργίου", "Οικονόμου", "Βλαχάκη", "Αγγελόπουλος"},
		companies: []string{"Ελιές Καλαμάτας", "Ναυτιλία Αιγαίου", "Αφοί Παππά Α.Ε.", "Φάρος Βιβλία"},
		domain:    "παράδειγμα.δοκιμή", dialling: "+30",
		cities:  []string{"Αθήνα", "Θεσσαλονίκη", "Λευκωσία"},
		streets: []string{"Οδός Ερμού", "Λεωφόρος Συγγρού"},
		latin:   []string{"e.papadopoulou", "g.georgiou", "n.oikonomou"},
	},
	{
		share:     5,
		given:     []string{"محمد", "فاطمة", "يوسف", "ليلى", "عبد الرحمن", "مریم", "کاوه"},
		family:    []string{"الخطيب", "حدّاد", "المصري", "بن علي", "تهرانی", "القاسم"},
		companies: []string{"شركة النخيل", "مؤسسة البحر الأحمر", "دار القلم", "فرش ایران", "مصنع ٧ نجوم"},
		domain:    "مثال.إختبار", dialling: "+20",
		cities:  []string{"القاهرة", "الرباط", "عمّان", "تهران"},
		streets: []string{"شارع التحرير", "شارع محمد الخامس", "خیابان ولیعصر"},
		latin:   []string{"m.alkhatib", "f.haddad", "y.almasri"},
	},
	{
		share:     3,
		given:     []string{"נועה", "דוד", "שִׁירָה", "יונתן", "תמר"},
		family:    []string{"כהן", "לוי", "בן־דוד", "מזרחי", "אבוטבול"},
		companies: []string{"מאפיית השקד", "גלים בע״מ", "תפוז ירוק"},
		domain:    "דוגמה.טעסט", dialling: "+972",
		cities:  []string{"ירושלים", "חיפה", "באר שבע"},
		streets: []string{"רחוב הרצל", "שדרות רוטשילד"},
		latin:   []string{"noa.cohen", "d.levi", "t.mizrahi"},
	},
	{
		share:     8,
		given:     []string{"伟", "秀英", "子涵", "志明", "雅婷", "思远", "𠮷"},
		family:    []string{"王", "李", "张", "欧阳", "陳", "黃", "司马"},
		companies: []string{"长城贸易有限公司", "蓝天科技", "台灣好茶", "香港海港物流", "一二三书店"},
		domain:    "例子.测试", dialling: "+86",
		cities:  []string{"上海市", "成都市", "臺北市", "香港"},
		streets: []string{"南京东路", "人民中路", "忠孝東路", "彌敦道"},
		latin:   []string{"wang.wei", "li.xiuying", "chen.zhiming"},
	},
	{
		share:     6,
		given:     []string{"さくら", "陽菜", "健太", "ユキ", "翔", "マリア", "ひろし"},
		family:    []string{"佐藤", "鈴木", "髙橋", "渡邉", "小林", "スミス"},
		companies: []string{"株式会社さくら堂", "ヤマト工業", "みどり銀行", "東京カメラ㈱", "スーパーマルエツ"},
		domain:    "例え.テスト", dialling: "+81",
		cities:  []string{"東京都", "大阪市", "さいたま市"},
		streets: []string{"千代田1丁目", "銀座四丁目", "アメ横通り"},
		latin:   []string{"sakura.sato", "kenta.suzuki", "yuki.takahashi"},
	},
	{
		share:     4,
		given:     []string{"민준", "서연", "지우", "하은", "도윤"},
		family:    []string{"김", "이", "박", "최", "남궁"},
		companies: []string{"한강무역", "㈜별빛소프트", "제주감귤농장", "서울전자"},
		domain:    "실례.테스트", dialling: "+82",
		cities:  []string{"서울특별시", "부산광역시", "제주시"},
		streets: []string{"세종대로", "테헤란로", "해운대로"},
		latin:   []string{"minjun.kim", "seoyeon.lee", "jiwoo.park"},
	},
	{
		share:     5,
		given:     []string{"आरव", "प्रिया", "कृष्णा", "अनन्या", "ज्ञानेश", "लक्ष्मी"},
		family:    []string{"शर्मा", "पटेल", "सिंह", "त्रिपाठी", "देशपांडे"},
		companies: []string{"गंगा वस्त्र भंडार", "हिमालय चाय", "श्री गणेश ट्रेडर्स", "नमस्ते टेक"},
		domain:    "उदाहरण.परीक्षा", dialling: "+91",
		cities:  []string{"नई दिल्ली", "मुंबई", "काठमांडू"},
		streets: []string{"महात्मा गांधी मार्ग", "स्टेशन रोड"},
		latin:   []string{"aarav.sharma", "priya.patel", "ananya.singh"},
	},
}

// emoji are appended to some names: a single code point, one with a modifier, a
// joined family, a flag and one with a variation selector. Each of them can
// reveal other faults of text processing.
var emoji = []string{"🌻", "👋🏽", "👩‍👩‍👧", "🇨🇭", "☕️"}
