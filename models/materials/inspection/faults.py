"""Why a file is not taken, or a page of it not shown, and what to do instead."""

from models.errors import BadInput, DomainError, NotFound, Unavailable


class MaterialFault(BadInput):
    field = "file"


class MaterialTooLarge(MaterialFault):
    code = "material_too_large"
    message = "文件超过20MB，请压缩或重新拍照后再上传"


class TooManyPixels(MaterialFault):
    code = "material_too_large"
    message = "图片像素过多，请调低分辨率后重新拍摄或上传"


class TooManyScans(MaterialFault):
    code = "material_too_large"
    message = "图片过于复杂，请截屏或重新拍照后再上传"


class PictureTooLong(MaterialFault):
    code = "material_too_large"
    message = "图片过长，请分成几张截图后再上传"


class DocumentTooComplex(MaterialFault):
    code = "material_too_large"
    message = "PDF文件内容过多，请拆分后再上传"


class MaterialDamaged(MaterialFault):
    code = "material_damaged"
    message = "文件已损坏，请重新拍照或另存后再上传"


class MaterialEncrypted(MaterialFault):
    code = "material_encrypted"
    message = "PDF文件需要密码才能打开，请解除密码或打印为新的PDF文件后再上传"


class MaterialKindNotAccepted(MaterialFault):
    code = "material_kind_not_accepted"
    message = "只接受照片（JPG、PNG、HEIC、WebP）或PDF文件"


class IsGif(MaterialKindNotAccepted):
    message = "这是GIF动图，请截屏，或另存为JPG、PNG图片后再上传"


class IsBitmap(MaterialKindNotAccepted):
    message = "这是BMP图片，请用画图等软件另存为JPG或PNG后再上传"


class IsTiff(MaterialKindNotAccepted):
    message = "这是TIFF图片，请另存为PDF、JPG或PNG后再上传"


class IsAvif(MaterialKindNotAccepted):
    message = "这是AVIF图片，请截屏，或另存为JPG、PNG图片后再上传"


class IsOffice(MaterialKindNotAccepted):
    message = "这是Word、WPS或Excel等文档，请在软件中选择“输出为PDF”后再上传"


class IsOfd(MaterialKindNotAccepted):
    message = "这是OFD文件，请用OFD阅读器另存为PDF，或打印后拍照上传"


class IsArchive(MaterialKindNotAccepted):
    message = "这是压缩包，请解压后逐个上传其中的照片或PDF文件"


class IsVideo(MaterialKindNotAccepted):
    message = "这是视频，请拍成照片后再上传"


class MaterialUnclear(MaterialFault):
    code = "material_unclear"


class PictureTooSmall(MaterialUnclear):
    message = "照片太小，看不清文字，请靠近拍摄或上传原图"


class PictureTooDark(MaterialUnclear):
    message = "照片太暗，请到光线充足的地方重新拍摄"


class PictureTooBright(MaterialUnclear):
    message = "照片过亮或是空白，请避开反光重新拍摄"


class PictureBlurred(MaterialUnclear):
    message = "照片模糊，请拿稳手机、对准焦点后重新拍摄"


class MaterialActive(MaterialFault):
    """A document does something by itself, or brings along what could."""

    code = "material_active"


class RunsScript(MaterialActive):
    message = "PDF文件含有脚本（JavaScript），请打印为新的PDF文件或拍照后再上传"


class RunsProgram(MaterialActive):
    message = "PDF文件会运行程序或打开其他文件，请打印为新的PDF文件或拍照后再上传"


class OpensOtherFile(MaterialActive):
    message = "PDF文件会打开另一个文件，请打印为新的PDF文件或拍照后再上传"


class ReachesOtherFile(MaterialActive):
    message = "PDF文件会读取本机或网络上的其他文件，请打印为新的PDF文件或拍照后再上传"


class OpensAddress(MaterialActive):
    message = "PDF文件打开时会自动访问网址，请打印为新的PDF文件或拍照后再上传"


class SendsData(MaterialActive):
    message = "PDF文件会把填写的内容发送出去，请打印为新的PDF文件或拍照后再上传"


class ReadsData(MaterialActive):
    message = "PDF文件会读入其他文件的数据，请打印为新的PDF文件或拍照后再上传"


class ChangesWhatIsShown(MaterialActive):
    message = "PDF文件会显示或隐藏部分内容，请打印为新的PDF文件或拍照后再上传"


class PlaysMedia(MaterialActive):
    message = "PDF文件含有音频、视频或三维内容，请打印为新的PDF文件或拍照后再上传"


class HasAttachments(MaterialActive):
    message = "PDF文件内嵌有附件，请去掉附件并分别上传，或打印为新的PDF文件后再上传"


class HasDynamicForm(MaterialActive):
    message = "PDF文件是动态表单（XFA），请打印为新的PDF文件或拍照后再上传"


class InspectionBusy(Unavailable):
    code = "inspection_busy"
    message = "现在上传文件的人较多，请稍后再试"


class NoRoomForFiles(Unavailable):
    code = "no_room_for_files"
    message = "系统暂时存不下新的文件，请稍后再试"


class PageNotFound(NotFound):
    code = "page_not_found"
    message = "文件没有这一页"


class PageNotShown(NotFound):
    code = "page_not_shown"
    message = "这一页显示不出来，请打开原件查看"


class ViewerBusy(Unavailable):
    code = "viewer_busy"
    message = "现在查看文件的人较多，请稍后再试，或打开原件查看"


FAULTS: dict[str, type[DomainError]] = {
    name: fault
    for name, fault in globals().items()
    if isinstance(fault, type) and issubclass(fault, DomainError) and fault.__module__ == __name__
}
"""By name, as a child tells of them."""
