from ckan.tests import factories
def test_shots(at_desk, world):
    for n,t in (("zirandili","自然资源"),("jiaoyu","教育文化"),("jiaotong","交通出行")):
        factories.Group(name=n,title=t)
    page = at_desk("editor")
    made = world.draft(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》第二十八条",
                       sharing_type="conditional", sharing_condition="限民政部门", sharing_basis="《档案法》第二条",
                       related_codes=["307016001/000001"],
                       info_items=[{"name": f"第{n}项数据名称", "data_type": "C", "length": 50, "description":"说明"} for n in range(5)])
    msgs=[]
    page.on("console", lambda m: msgs.append(m.text)); page.on("pageerror", lambda e: msgs.append(str(e)))
    for w in (1280,390):
        page.set_viewport_size({"width":w,"height":900})
        page.goto("/zh_Hans_CN/dataset/new"); page.screenshot(path=f"/work/scratch/attributes/new-{w}.png", full_page=True)
        page.fill("#field-title","水"); page.fill("#field-category_code","30"); page.check("input[name=open_type][value=unconditional]"); page.check("#field-proactively_disclosed"); page.check("input[name=sharing_type][value=none]")
        page.fill("[name=info_items__0__length]","abc")
        page.click("button[name=save]"); page.screenshot(path=f"/work/scratch/attributes/err-{w}.png", full_page=True)
        page.goto(f"/zh_Hans_CN/dataset/edit/{made['name']}"); page.screenshot(path=f"/work/scratch/attributes/edit-{w}.png", full_page=True)
        page.goto(f"/en/dataset/edit/{made['name']}"); page.screenshot(path=f"/work/scratch/attributes/en-{w}.png", full_page=True)
        page.goto(f"/zh_Hans_CN/dataset/{made['name']}/resource/new"); page.screenshot(path=f"/work/scratch/attributes/res-{w}.png", full_page=True)
    print(msgs)
