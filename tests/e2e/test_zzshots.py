from ckan.tests import factories
def test_shots(at_desk, world, chromium, served):
    for n,t in (("zirandili","自然资源"),("jiaoyu","教育文化"),("jiaotong","交通出行")):
        factories.Group(name=n,title=t)
    page = at_desk("editor")
    made = world.draft(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》第二十八条",
                       sharing_type="conditional", sharing_condition="限民政部门", sharing_basis="《档案法》第二条",
                       related_codes=["307016001/000001"],
                       info_items=[{"name": f"第{n}项数据名称", "data_type": "C", "length": 50, "description":"说明"} for n in range(2)])
    for w in (1280,390):
        page.set_viewport_size({"width":w,"height":900})
        page.goto(f"/zh_Hans_CN/dataset/edit/{made['name']}")
        page.locator("#group-items").screenshot(path=f"/work/scratch/attributes/items-{w}.png")
        page.locator("#group-sharing summary").nth(2).click()
        page.locator("#group-sharing").screenshot(path=f"/work/scratch/attributes/sharing-{w}.png")
        page.locator("#group-opening").screenshot(path=f"/work/scratch/attributes/opening-{w}.png")
    page.goto(f"/en/dataset/edit/{made['name']}"); page.locator("#group-basic").screenshot(path=f"/work/scratch/attributes/en-basic.png")
    admin=factories.Sysadmin(password="correct horse battery staple")
    ctx=chromium.new_context(base_url=served, locale="zh-CN"); p=ctx.new_page(); p.goto("/user/login"); p.fill("#field-login", admin["name"]); p.fill("#field-password","correct horse battery staple"); p.click("main button[type=submit]"); p.wait_for_load_state("networkidle")
    p.goto("/zh_Hans_CN/organization/new"); p.fill("#field-title","民政局"); p.fill("#field-name","minzheng"); p.fill("#field-uscc","11431000EXAMP00152"); p.click("button[name=save]"); p.wait_for_load_state("networkidle"); p.screenshot(path="/work/scratch/attributes/org.png", full_page=True)
    ctx.close()
