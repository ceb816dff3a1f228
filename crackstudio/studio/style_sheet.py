"""The style sheet, written once for every set of colours; 4 px is the smallest step of the rhythm."""

from pathlib import Path
from string import Template

from crackstudio.studio.colours import Colours


def style_sheet(colours: Colours, *, icons: Path) -> str:
    """The sheet for `colours`; `icons` is the folder of the chevrons and the check mark."""
    names = {name: getattr(colours, name) for name in colours.__slots__}
    return _SHEET.substitute(names, icons=icons.as_posix())


_SHEET = Template("""
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $border; width: 1px; height: 1px; margin: 0; }
QMainWindow::separator:hover { background: $accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QToolBar { background: $window; border: none; border-bottom: 1px solid $border; padding: 4px 8px; spacing: 2px; }
QToolBar::separator { background: $border; width: 1px; margin: 6px 6px; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px; color: $text; }
QToolButton:hover { background: $raised; }
QToolButton:pressed { background: $hover; }
QToolButton:checked { background: $accent_soft; color: $accent_text; }
QToolButton:disabled { color: $faint; }
QToolButton[wide="true"] { padding: 5px 10px; }
QToolButton[primary="true"] { background: $accent; color: $on_accent; padding: 5px 10px; }
QToolButton[primary="true"]:hover { background: $accent_text; }
QToolButton[primary="true"]:disabled { background: $raised; color: $faint; }
QToolButton[popupMode="1"][primary="true"] { padding-right: 26px; }
QToolButton::menu-button { border: none; border-left: 1px solid $window; width: 20px; border-top-right-radius: 6px;
    border-bottom-right-radius: 6px; }
QToolButton::menu-arrow { image: url($icons/chevron-down.svg); width: 14px; height: 14px; }
QToolButton[primary="true"]::menu-arrow { image: url($icons/chevron-down-white.svg); }
QToolButton::menu-indicator { image: none; }

QMenuBar { background: $window; color: $muted; padding: 2px 8px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $raised; color: $text; }
QMenu { background: $panel; border: 1px solid $border; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: 8px; }
QMenu::icon:checked { background: $accent_soft; border: 1px solid $accent; border-radius: 4px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QDockWidget { color: $muted; }
QWidget#panel, QScrollArea#panel, QWidget#panel_body { background: $panel; border: none; }
QWidget#dock_title { background: $panel; border-bottom: 1px solid $border; }
QLabel#dock_name, QLabel[heading="true"] { color: $muted; font-weight: 600; }
QLabel[muted="true"] { color: $muted; }
QLabel[good="true"] { color: $good; }
QLabel[bad="true"] { color: $bad; }
QLabel[changed="true"] { color: $accent_text; }
QLabel[title="true"] { font-size: 15pt; font-weight: 600; }
QLabel[display="true"] { font-size: 26pt; font-weight: 300; }
QToolButton#section_head { color: $muted; font-weight: 600; padding: 4px 6px; border: none; }
QToolButton#section_head:hover { color: $text; }
QToolButton#section_head:focus { background: $raised; color: $text; }
QToolButton#section_head[changed="true"] { color: $accent_text; }
QToolButton#section_head:checked { background: transparent; color: $text; }
QFrame#line { background: $border; max-height: 1px; border: none; }
QFrame#card { background: $panel; border: 1px solid $border; border-radius: 10px; }
QWidget#start { background: $ground; }

QPushButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:checked { background: $accent_soft; border-color: $accent; color: $accent_text; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton:focus { border-color: $accent; }
QPushButton[primary="true"] { background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_text; }
QPushButton[primary="true"]:disabled { background: $raised; border-color: $border; color: $faint; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; }
QPushButton[flat="true"]:hover { background: $raised; }
QPushButton[segment="true"] { border-radius: 0; padding: 4px 6px; margin: 0; border-right-width: 0; }
QPushButton[segment="true"][end="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QPushButton[segment="true"][end="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px;
    border-right-width: 1px; }
QPushButton[segment="true"]:checked { border: 1px solid $accent; }
QPushButton#term { text-align: left; padding: 3px 8px; background: transparent; border-color: transparent;
    color: $faint; }
QPushButton#term:hover { background: $raised; }
QPushButton#recent { text-align: left; background: transparent; border: 1px solid transparent; padding: 8px 10px; }
QPushButton#recent:hover { background: $raised; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit { background: $window; border: 1px solid $border;
    border-radius: 6px; padding: 4px 8px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; background: $panel; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url($icons/chevron-down.svg); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border; outline: none; padding: 4px;
    selection-background-color: $accent_soft; selection-color: $text; }
QAbstractSpinBox { padding: 0 18px 0 0; min-height: 24px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 18px; border: none; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url($icons/chevron-up.svg); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url($icons/chevron-down.svg); width: 12px; height: 12px; }

QAbstractSpinBox[plain="true"] { padding: 0; }
QAbstractSpinBox[plain="true"]::up-button, QAbstractSpinBox[plain="true"]::down-button { width: 0; height: 0; }
QAbstractSpinBox[plain="true"]::up-arrow, QAbstractSpinBox[plain="true"]::down-arrow { image: none; }

QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $faint; border-radius: 4px; background: $window; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($icons/check.svg); }
QCheckBox::indicator:disabled { border-color: $border; background: $panel; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $raised; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $raised; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $text; }
QSlider::handle:horizontal:hover { background: $accent_text; }
QSlider::handle:horizontal:disabled { background: $faint; }

QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[good="true"]::chunk { background: $good; }

QListView, QTableView, QTreeView { background: $panel; border: none; outline: none; }
QListView::item:selected, QTableView::item:selected, QTreeView::item:selected { background: $accent_soft;
    color: $text; }
QTreeView::item { padding: 0 8px; }
QTreeView::branch { background: $panel; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 6px 8px; font-weight: 600; }
QTableView { gridline-color: $border; alternate-background-color: $panel; }
QTableView::item { padding: 4px 8px; border: none; }
QTableCornerButton::section { background: $panel; border: none; }

QTabWidget::pane { border: none; border-top: 1px solid $border; background: $panel; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 7px 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $hover; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QStatusBar { background: $window; color: $muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 2px 8px; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QFrame#notice { background: $raised; border: 1px solid $border; border-left: 3px solid $accent; border-radius: 8px; }
QFrame#notice[tone="good"] { border-left-color: $good; }
QFrame#notice[tone="warning"] { border-left-color: $warning; }
QFrame#notice[tone="bad"] { border-left-color: $bad; }
QLabel#notice_title { font-weight: 600; }
QLabel#chip { background: $raised; border-radius: 12px; padding: 0 10px; margin-left: 6px; color: $muted; }
QLabel#key { background: $raised; border: 1px solid $border; border-radius: 4px; padding: 1px 6px; }
""")
