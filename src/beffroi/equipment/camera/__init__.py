"""A camera of the public space: only whether it works; pictures are the video desk's."""

from beffroi.equipment.words import both, flag, heartbeat
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection
from beffroi.model.priority import Priority

HEARTBEAT_S = 120

KIND = EquipmentKind(
    name="camera",
    trade="video",
    label=both("Caméra", "Camera"),
    label_plural=both("Caméras", "Cameras"),
    icon="camera",
    points=(
        flag("picture", both("Image", "Picture"), no=both("perdue", "lost"), yes=both("présente", "present")),
        flag("tampered", both("Masquage ou choc", "Masked or hit")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="picture_lost",
            point="picture",
            test="equals",
            limit=0,
            outcome="work",
            delay_s=120,
            clear_delay_s=60,
            label=both("Image perdue", "Picture lost"),
            priority=Priority.LOW,
            folds=True,
        ),
        AlarmClass(
            name="tampered",
            point="tampered",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.MEDIUM,
            delay_s=5,
            label=both("Caméra masquée ou heurtée", "Camera masked or hit"),
            action=both("Regarder par une caméra voisine", "Look through a neighbouring camera"),
        ),
        AlarmClass(
            name="silent",
            point="heartbeat",
            test="silent",
            outcome="work",
            folds=True,
            label=both("Caméra sans nouvelles", "Camera not heard from"),
            priority=Priority.LOW,
        ),
    ),
    panel=(PanelSection(title=both("État", "State"), points=("picture", "tampered", "heartbeat")),),
)
